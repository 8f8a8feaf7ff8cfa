using LlmObs.Domain.Spans;
using LlmObs.Sls;

namespace LlmObs.TraceLog;

/// <summary>Logs that SLS holds beyond the first of a span's version: finds them, and has them deleted.</summary>
/// <remarks>Every method throws <see cref="SlsException"/>.</remarks>
public sealed class SpanLogSurplus(SlsClient client, SpanLogLedger ledger, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(250);

    /// <summary>Spans of a minute of which one version has several logs.</summary>
    /// <param name="limit">Most of them; which, is the same as long as nothing changes.</param>
    public async Task<IReadOnlyList<RepeatedSpan>> FindAsync(string project, DateTimeOffset minute, int limit, CancellationToken cancellationToken)
    {
        var rows = await ledger.AskAsync(
            minute,
            minute.AddMinutes(1),
            new SlsQueryBuilder().Field("project", project),
            $"""
            select "traceID" as trace_id, "spanID" as span_id, "version" as version, count(1) as logs, count("firstLog") as firsts,
                min(__time__) as since, max(__time__) as until
            from log group by "traceID", "spanID", "version" having count(1) > 1 order by trace_id, span_id, version limit {limit}
            """,
            cancellationToken
        );
        return
        [
            .. rows.Select(row => new RepeatedSpan(
                row["trace_id"],
                row["span_id"],
                (int)SpanLogLedger.Number(row["version"]),
                SpanLogLedger.Number(row["logs"]),
                SpanLogLedger.Number(row["firsts"]),
                SpanLogLedger.Number(row["since"]),
                SpanLogLedger.Number(row["until"])
            )),
        ];
    }

    /// <summary>Has SLS delete what <paramref name="removal"/> names, and waits until no query finds it any more.</summary>
    /// <returns>Logs deleted; 0 when SLS holds by now something else than was found, or is not done in time. Then the next look decides anew.</returns>
    public async Task<long> RemoveAsync(string project, DateTimeOffset minute, LogRemoval removal, CancellationToken cancellationToken)
    {
        var search = Search(project, minute, removal);
        var (from, to) = (removal.Spans.Min(span => span.From), removal.Spans.Max(span => span.To) + 1);
        // Deleted is deleted: the same search has to find exactly what was meant.
        var found = await client.GetLogsAsync(
            SpanLogSchema.Logstore,
            new SlsQuery($"{search} | select count(1) as logs from log", from, to),
            cancellationToken
        );
        if (!found.IsComplete || !found.IsAccurate || SpanLogLedger.Number(found.Rows[0]["logs"]) != removal.Logs)
        {
            return 0;
        }

        var id = await client.Admin.BeginDeletionAsync(SpanLogSchema.Logstore, from, to, search, cancellationToken);
        return await IsDoneAsync(id, cancellationToken) ? removal.Logs : 0;
    }

    private static string Search(string project, DateTimeOffset minute, LogRemoval removal)
    {
        var received = minute.ToUnixTimeSeconds() / 60;
        var search = new SlsQueryBuilder()
            .Field("project", project)
            .Between("receivedMinute", received, received)
            .Between("version", removal.Version, removal.Version)
            .Any([.. removal.Spans.Select(span => new SlsQueryBuilder().Field("traceID", span.TraceId).Field("spanID", span.SpanId))]);
        return (removal.KeepsFirst ? search.Not(new SlsQueryBuilder().Between("firstLog", 1, 1)) : search).Search();
    }

    private async Task<bool> IsDoneAsync(string id, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var deletion = await client.Admin.GetDeletionAsync(SpanLogSchema.Logstore, id, cancellationToken);
            if (deletion.IsFailed)
            {
                throw new SlsException(400, "DeletionFailed", deletion.ErrorMessage, null);
            }

            if (deletion.IsDone || time.GetElapsedTime(began) > Patience)
            {
                return deletion.IsDone;
            }

            await Task.Delay(BetweenLooks, time, cancellationToken);
        }
    }
}
