using System.Globalization;

namespace LlmObs.Ingest.Bench.Runs;

/// <summary>Prints what docs/benchmarks.md takes as it is.</summary>
internal static class Markdown
{
    public static void Table(IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows)
    {
        Row(head);
        Row([.. head.Select(_ => "---")]);
        foreach (var row in rows)
        {
            Row(row);
        }

        Console.WriteLine();
    }

    public static string Whole(double number) => number.ToString("#,##0", CultureInfo.InvariantCulture);

    public static string Ms(double number) => number.ToString(number < 10 ? "0.0" : "0", CultureInfo.InvariantCulture);

    public static string Ratio(double a, double b) => b == 0 ? "–" : (a / b).ToString("0.00", CultureInfo.InvariantCulture);

    private static void Row(IReadOnlyList<string> cells) => Console.WriteLine($"| {string.Join(" | ", cells)} |");
}
