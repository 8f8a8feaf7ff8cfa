using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace LlmObs.Explorer.Bench;

/// <summary>Asks for pages one after another and reads how long each says it took.</summary>
internal sealed partial class PageTimes(Uri web)
{
    private const int WarmUps = 5;

    // What people look at first, and the heaviest they can ask for.
    private static readonly (string Name, string Path)[] Pages =
    [
        ("requests, all of 24 h", "/"),
        ("requests, two Chinese words", "/?q=门店 退款率"),
        ("requests, failed, one user", "/?q=status: error and user: u-42"),
        ("spans, all of 24 h", "/?view=spans"),
        ("spans, one model, slow", "/?view=spans&q=model: qwen3-max and duration > 1s"),
        ("sessions", "/?view=sessions"),
        ("users", "/?view=users"),
        ("grouped by model", "/?group=model"),
        ("grouped by user", "/?group=user"),
        ("one session", "/sessions/s-42-7"),
        ("one user", "/users/u-42"),
        ("one trace", $"/traces/{SpanFill.KnownTrace}"),
        ("quality, by release", "/quality"),
        ("quality, by node", "/quality?by=step"),
        ("quality, by user", "/quality?by=user"),
        ("quality, 24 h", "/quality?range=24h"),
        ("quality, weekly report", "/quality/report"),
    ];

    /// <param name="kind">Only pages whose name begins so; empty for all.</param>
    public async Task PrintAsync(string loginLink, int rounds, string kind)
    {
        using var client = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer() }) { BaseAddress = web };
        (await client.GetAsync(new Uri(loginLink))).EnsureSuccessStatusCode();
        Console.WriteLine("| page | median ms | 95th ms | of it SLS, median | SLS calls | PostgreSQL calls |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach (var (name, path) in Pages.Where(page => page.Name.StartsWith(kind, StringComparison.Ordinal)))
        {
            var totals = new List<double>();
            var waits = new List<double>();
            var (sls, database) = ("0", "0");
            // The first answers of each page pay for what later ones find in memory or compiled; they are not counted.
            for (var round = -WarmUps; round < rounds; round++)
            {
                using var answer = await client.GetAsync(path);
                answer.EnsureSuccessStatusCode();
                await answer.Content.ReadAsByteArrayAsync();
                var header = answer.Headers.GetValues("Server-Timing").Single();
                if (round >= 0)
                {
                    totals.Add(Number(Total().Match(header)));
                    waits.Add(Number(Sls().Match(header)));
                    (sls, database) = (Calls(Sls().Match(header)), Calls(Database().Match(header)));
                }
            }

            Console.WriteLine($"| {name} | {At(totals, 0.5)} | {At(totals, 0.95)} | {At(waits, 0.5)} | {sls} | {database} |");
        }
    }

    private static string At(List<double> values, double share)
    {
        values.Sort();
        return values[Math.Min(values.Count - 1, (int)Math.Ceiling(share * values.Count) - 1)].ToString("0", CultureInfo.InvariantCulture);
    }

    private static double Number(Match match) => match.Success ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0;

    private static string Calls(Match match) => match.Success ? match.Groups[2].Value : "0";

    [GeneratedRegex(@"total;dur=([\d.]+)")]
    private static partial Regex Total();

    [GeneratedRegex(@"sls;dur=([\d.]+);desc=""(\d+)")]
    private static partial Regex Sls();

    [GeneratedRegex(@"pg;dur=([\d.]+);desc=""(\d+)")]
    private static partial Regex Database();
}
