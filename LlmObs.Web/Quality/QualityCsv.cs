using System.Globalization;
using LlmObs.Domain.Quality;
using LlmObs.Web.Formatting;

namespace LlmObs.Web.Quality;

/// <summary>What the quality page shows, as CSV: a line for each group, step, day or hour, each measure with its interval.</summary>
public sealed class QualityCsv(OverviewReader overview)
{
    private static readonly double[] Percentiles = [0.5, 0.95, 0.99];

    /// <summary>The breakdown, all measures of each group; of a step its own.</summary>
    public async Task<byte[]> BreakdownAsync(QualityAddress address, CancellationToken cancellationToken)
    {
        var rows = (await overview.ReadAsync(address, cancellationToken)).Rows;
        return BreakdownReader.GroupOf(address.By) is null ? Steps(rows) : Tallies(address.By, rows.Select(row => row.Tally!));
    }

    /// <summary>The days or hours of the trend, all measures of each.</summary>
    public async Task<byte[]> TrendAsync(QualityAddress address, CancellationToken cancellationToken) =>
        Tallies("time", (await overview.ReadAsync(address, cancellationToken)).Trend.Select(point => point.Tally).OfType<QualityTally>());

    private static byte[] Tallies(string of, IEnumerable<QualityTally> tallies) =>
        File(
            [of, "requests", .. Measure.All.SelectMany(Headings), "currency"],
            tallies.Select(tally =>
                (IReadOnlyList<string>)
                    [tally.Key ?? "", Number(tally.Requests), .. Measure.All.SelectMany(one => Values(tally.Of(one))), tally.Currency ?? ""]
            )
        );

    private static byte[] Steps(IEnumerable<BreakdownRow> steps) =>
        File(
            [
                "step",
                "runs",
                "success",
                "success_low",
                "success_high",
                "success_count",
                .. Percentiles.Select(percentile => $"time_p{100 * percentile}_ms"),
                "cost",
                "currency",
            ],
            steps.Select(step =>
                (IReadOnlyList<string>)
                    [
                        step.Key,
                        Number(step.Count),
                        .. Values(step.Value),
                        .. Percentiles.Select(percentile => Number(Bootstrap.Percentile(step.Times, percentile).Value)),
                        Number(step.CostEach),
                        step.Currency ?? "",
                    ]
            )
        );

    /// <summary>UTF-8 with a byte order mark, so that spreadsheets read Chinese.</summary>
    private static byte[] File(IReadOnlyList<string> heading, IEnumerable<IReadOnlyList<string>> lines) =>
        SheetFile.Write(SheetFormat.Csv, [heading, .. lines]);

    private static IEnumerable<string> Headings(Measure measure) =>
        [measure.Key + Unit(measure), $"{measure.Key}_low", $"{measure.Key}_high", $"{measure.Key}_count"];

    private static string Unit(Measure measure) => measure.Unit == MeasureUnit.Milliseconds ? "_ms" : "";

    private static IEnumerable<string> Values(Estimate estimate) =>
        [Number(estimate.Value), Number(estimate.Low), Number(estimate.High), Number(estimate.Count)];

    private static string Number(double? value) => value?.ToString("0.######", CultureInfo.InvariantCulture) ?? "";
}
