using System.Globalization;
using LlmObs.Domain.Spans;
using LlmObs.Sls;

namespace LlmObs.TraceLog;

/// <summary>What SLS holds of the spans received in a minute, to be compared with the record.</summary>
/// <remarks>Every method throws <see cref="SlsException"/>, also when SLS could read only a part: a part would look like a gap.</remarks>
public sealed class SpanLogLedger(SlsClient client, TimeProvider time)
{
    // An analysis answers with 100 rows unless told otherwise, and with a million at most.
    private const int MostRows = 1_000_000;
    private const int KeysAtOnce = 20_000;

    /// <summary>Counts and hashes by project and minute of receipt, in one statement. A minute without logs has no row.</summary>
    /// <param name="from">A full minute; <paramref name="to"/> is exclusive.</param>
    public async Task<IReadOnlyList<LoggedMinute>> CountAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var rows = await AskAsync(
            from,
            to,
            new SlsQueryBuilder(),
            $"""
            select project, minute, count(1) as spans, sum(hash) as hash, sum(logs - versions) as repeats
            from (select "project" as project, "receivedMinute" as minute, "traceID" as trace_id, "spanID" as span_id,
                    max_by("spanHash", "version") as hash, count(1) as logs, count(distinct "version") as versions
                  from log group by "project", "receivedMinute", "traceID", "spanID") as newest
            group by project, minute limit {MostRows}
            """,
            cancellationToken
        );
        return
        [
            .. rows.Select(row => new LoggedMinute(
                row["project"],
                DateTimeOffset.FromUnixTimeSeconds(Number(row["minute"]) * 60),
                Number(row["spans"]),
                Number(row["hash"]),
                Number(row["repeats"])
            )),
        ];
    }

    /// <summary>The newest version SLS has of every span of one minute.</summary>
    /// <param name="about">How many there may be; they are read in parts of some thousands.</param>
    public async Task<IReadOnlyDictionary<(string TraceId, string SpanId), int>> SpansAsync(
        string project,
        DateTimeOffset minute,
        long about,
        CancellationToken cancellationToken
    )
    {
        var parts = about / KeysAtOnce + 1;
        var newest = new Dictionary<(string TraceId, string SpanId), int>();
        for (var part = 0; part < parts; part++)
        {
            var rows = await AskAsync(
                minute,
                minute.AddMinutes(1),
                new SlsQueryBuilder().Field("project", project),
                $"""
                select "traceID" as trace_id, "spanID" as span_id, max("version") as version from log
                {(parts == 1 ? "" : $"where \"spanHash\" % {parts} = {part}")}
                group by "traceID", "spanID" limit {MostRows}
                """,
                cancellationToken
            );
            foreach (var row in rows)
            {
                // Versions of one span may come in different parts.
                var key = (row["trace_id"], row["span_id"]);
                newest[key] = Math.Max(newest.GetValueOrDefault(key), (int)Number(row["version"]));
            }
        }

        return newest;
    }

    /// <summary>A statement over the logs of the minutes from one to another, exclusive, that the search finds.</summary>
    internal async Task<IReadOnlyList<IReadOnlyDictionary<string, string>>> AskAsync(
        DateTimeOffset from,
        DateTimeOffset to,
        SlsQueryBuilder search,
        string sql,
        CancellationToken cancellationToken
    )
    {
        search.Between("receivedMinute", from.ToUnixTimeSeconds() / 60, to.ToUnixTimeSeconds() / 60 - 1);
        // A log's time is its span's start, up to a week before its receipt; or when it was written, which a repair does later.
        var window = (From: from.AddDays(-8).ToUnixTimeSeconds(), To: time.GetUtcNow().AddHours(1).ToUnixTimeSeconds());
        var result = await client.GetLogsAsync(
            SpanLogSchema.Logstore,
            new SlsQuery($"{search.Search()} | {sql}", window.From, window.To),
            cancellationToken
        );
        return result.IsComplete && result.IsAccurate
            ? result.Rows
            : throw new SlsException(0, SlsException.RequestTimeout, "SLS could not say in time what it holds.", null);
    }

    // A sum may be written as 1.2E12.
    internal static long Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : (long)decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
}
