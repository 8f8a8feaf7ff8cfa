using System.Diagnostics;
using System.Globalization;
using LlmObs.TraceLog;
using Microsoft.Extensions.Options;

namespace LlmObs.Sls.Emulator.Bench;

/// <summary>Writes spans to an emulator and asks it, as the pages of LlmObs do.</summary>
internal sealed class EmulatorRun(SlsClient client)
{
    private const int GroupLogs = 500;
    private const int Writers = 4;
    private readonly SpanSearch spans = new(client);

    public Task CreateAsync() => new SpanLogStore(client, Options.Create(new TraceLogOptions()), TimeProvider.System).EnsureAsync(default);

    /// <returns>Logs a second.</returns>
    public async Task<double> LoadAsync(long from, long to)
    {
        var started = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, (int)((to - from) / GroupLogs)),
            new ParallelOptions { MaxDegreeOfParallelism = Writers },
            async (group, cancellationToken) =>
                await client.PutLogsAsync(
                    SpanLogSchema.Logstore,
                    new SlsLogGroup([.. Enumerable.Range(0, GroupLogs).Select(i => SampleSpans.At(from + (long)group * GroupLogs + i))]),
                    cancellationToken
                )
        );
        return (to - from) / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    public async Task<SearchTimes> SearchAsync(Question question, long count)
    {
        var query = new SlsQuery(question.Search, SampleSpans.Begin, SampleSpans.End(count), Reverse: true);
        var found = (await client.GetHistogramsAsync(SpanLogSchema.Logstore, query, default)).Count;
        return new(
            found,
            await Times.OfAsync(() => client.GetLogsAsync(SpanLogSchema.Logstore, query, default)),
            await Times.OfAsync(() => client.GetHistogramsAsync(SpanLogSchema.Logstore, query, default))
        );
    }

    public Task<Times> AnalyseAsync(string text, long count) =>
        Times.OfAsync(() => client.GetLogsAsync(SpanLogSchema.Logstore, new SlsQuery(text, SampleSpans.Begin, SampleSpans.End(count)), default));

    /// <summary>What the search page asks, over all spans and over those with a word.</summary>
    public async Task PagesAsync(long count, Action<string, Times> report)
    {
        foreach (var text in new[] { "", "timeout", "needle7f3a" })
        {
            var query = new SpanQuery(
                SampleSpans.Project,
                text,
                DateTimeOffset.FromUnixTimeSeconds(SampleSpans.Begin),
                DateTimeOffset.FromUnixTimeSeconds(SampleSpans.End(count))
            );
            var suffix = text.Length == 0 ? "all" : text;
            report($"list of spans, {suffix}", await Times.OfAsync(() => spans.SpansAsync(query, null, 50, default)));
            report($"list of traces, {suffix}", await Times.OfAsync(() => spans.TracesAsync(query, null, 50, default)));
            report($"histogram, {suffix}", await Times.OfAsync(() => spans.HistogramAsync(query, default)));
            report($"facet model, {suffix}", await Times.OfAsync(() => spans.FacetAsync(query, "model", 10, default)));
            report($"facet user, {suffix}", await Times.OfAsync(() => spans.FacetAsync(query, "user", 10, default)));
            report($"count, {suffix}", await Times.OfAsync(() => spans.SpanCountAsync(query, default)));
        }
    }
}

internal sealed record SearchTimes(long Found, Times Page, Times Histogram)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Found:N0} | {Page} | {Histogram}");
}
