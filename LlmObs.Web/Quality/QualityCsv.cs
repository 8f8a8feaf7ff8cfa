using System.Globalization;
using System.Text;
using LlmObs.Domain.Quality;
using LlmObs.Storage.Quality;
using LlmObs.Web.Shell;

namespace LlmObs.Web.Quality;

/// <summary>The measures of the page's groups as CSV: one line per group, each measure with its interval. By days when the page shows steps.</summary>
public sealed class QualityCsv(QualityReader quality, ViewerZone zone, TimeProvider time)
{
    private static readonly Measure[] Measures =
    [
        Measure.SqlExecutable,
        Measure.SqlFinal,
        Measure.DataValid,
        Measure.TimeP50,
        Measure.TimeP95,
        Measure.TimeP99,
        Measure.FirstTokenP50,
        Measure.Satisfaction,
        Measure.Errors,
        Measure.Traced,
        Measure.Evaluated,
        Measure.Labelled,
        Measure.Tokens,
        Measure.Cost,
    ];

    /// <summary>UTF-8 with a byte order mark, so that spreadsheets read Chinese.</summary>
    public async Task<byte[]> WriteAsync(QualityAddress address, CancellationToken cancellationToken)
    {
        var filter = address.Filter(time.GetUtcNow());
        var group = BreakdownReader.GroupOf(address.By);
        var tallies = group is { } by ? await quality.TalliesAsync(filter, by, cancellationToken) : await DaysAsync(filter, cancellationToken);
        var text = new StringBuilder();
        Line(text, [group is null ? "day" : address.By, "requests", .. Measures.SelectMany(Headings), "currency"]);
        foreach (var tally in tallies)
        {
            Line(
                text,
                [
                    tally.Key,
                    tally.Requests.ToString(CultureInfo.InvariantCulture),
                    .. Measures.SelectMany(one => Values(tally.Of(one))),
                    tally.Currency,
                ]
            );
        }

        return [.. Encoding.UTF8.GetPreamble(), .. Encoding.UTF8.GetBytes(text.ToString())];
    }

    private async Task<IReadOnlyList<QualityTally>> DaysAsync(QualityFilter filter, CancellationToken cancellationToken) =>
        [
            .. (await quality.CellsAsync(filter, "day", zone.Zone.Id, cancellationToken))
                .GroupBy(cell => cell.From, cell => cell.Tally)
                .Select(day => QualityTally.Merge(zone.Local(day.Key).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), [.. day])),
        ];

    /// <summary>A value as a CSV field. What a spreadsheet would take for a formula begins with an apostrophe.</summary>
    public static string Field(string? value)
    {
        var safe =
            value is { Length: > 0 }
            && "=+-@\t\r".Contains(value[0], StringComparison.Ordinal)
            && !double.TryParse(value, CultureInfo.InvariantCulture, out _)
                ? "'" + value
                : value ?? "";
        return safe.AsSpan().IndexOfAny("\",\r\n") < 0 ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private static IEnumerable<string> Headings(Measure measure) =>
        [measure.Key + Unit(measure), $"{measure.Key}_low", $"{measure.Key}_high", $"{measure.Key}_count"];

    private static string Unit(Measure measure) => measure.Unit == MeasureUnit.Milliseconds ? "_ms" : "";

    private static IEnumerable<string?> Values(Estimate estimate) =>
        [Number(estimate.Value), Number(estimate.Low), Number(estimate.High), estimate.Count.ToString(CultureInfo.InvariantCulture)];

    private static string? Number(double? value) => value?.ToString("0.######", CultureInfo.InvariantCulture);

    private static void Line(StringBuilder text, IEnumerable<string?> fields) => text.AppendJoin(',', fields.Select(Field)).Append("\r\n");
}
