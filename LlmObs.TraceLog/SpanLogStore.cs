using System.Globalization;
using LlmObs.Domain.Spans;
using LlmObs.Sls;
using Microsoft.Extensions.Options;

namespace LlmObs.TraceLog;

/// <summary>Writing to the spans logstore.</summary>
/// <remarks>Every method throws <see cref="SlsException"/>.</remarks>
public sealed class SpanLogStore(SlsClient client, IOptions<TraceLogOptions> options, TimeProvider time)
{
    // What the oldest limits in force allow one PutLogs.
    private const int GroupBytes = 3_000_000;
    private const int GroupLogs = 4096;

    /// <summary>Creates project, logstore and index where they are missing. Idempotent.</summary>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        await client.CreateProjectIfMissingAsync("LlmObs traces", cancellationToken);
        await client.CreateLogstoreIfMissingAsync(SpanLogSchema.Logstore, options.Value.TtlDays, options.Value.Shards, cancellationToken);
        await client.EnsureIndexAsync(SpanLogSchema.Logstore, SpanLogSchema.IndexJson(options.Value.TtlDays), cancellationToken);
    }

    /// <summary>Writes the batch as one PutLogs, tagged with its id; as several, in order, when it is larger than one may be.</summary>
    /// <param name="isFirst">Nothing of these spans was sent before; in doubt false.</param>
    public async Task WriteAsync(
        string project,
        Guid batchId,
        IReadOnlyList<SpanRecord> records,
        CancellationToken cancellationToken,
        bool isFirst = false
    )
    {
        var now = time.GetUtcNow();
        var group = new SlsLogGroup(
            [.. records.Select(record => SpanLog.ToLog(project, record, now, isFirst))],
            Tags: [new(SpanLogSchema.BatchTag, batchId.ToString())]
        );
        foreach (var part in group.Split(GroupLogs, GroupBytes))
        {
            await client.PutLogsAsync(SpanLogSchema.Logstore, part, cancellationToken);
        }
    }

    /// <summary>How many logs of a batch SLS holds, looking around the given time of writing.</summary>
    public async Task<long> CountBatchAsync(Guid batchId, DateTimeOffset writtenAfter, CancellationToken cancellationToken)
    {
        var result = await AskAsync(batchId, writtenAfter, "select count(1) as logs from log", cancellationToken);
        return result.Rows is [var row, ..] ? long.Parse(row["logs"], CultureInfo.InvariantCulture) : 0;
    }

    /// <summary>The records of a batch that SLS does not hold yet: all of them, none, or those a large batch had left when it was interrupted.</summary>
    public async Task<IReadOnlyList<SpanRecord>> MissingAsync(
        Guid batchId,
        DateTimeOffset writtenAfter,
        IReadOnlyList<SpanRecord> records,
        CancellationToken cancellationToken
    )
    {
        if (await CountBatchAsync(batchId, writtenAfter, cancellationToken) == 0)
        {
            return records;
        }

        var result = await AskAsync(
            batchId,
            writtenAfter,
            $"select \"traceID\" as trace_id, \"spanID\" as span_id from log limit {Math.Max(100, 2 * records.Count)}",
            cancellationToken
        );
        var held = result.Rows.Select(row => (row["trace_id"], row["span_id"])).ToHashSet();
        return [.. records.Where(record => !held.Contains((record.Span.TraceId, record.Span.SpanId)))];
    }

    private async Task<SlsResult> AskAsync(Guid batchId, DateTimeOffset writtenAfter, string sql, CancellationToken cancellationToken)
    {
        // A log's time is its span's start, up to a week back and minutes ahead of the writing.
        var (from, to) = (writtenAfter.AddDays(-8).ToUnixTimeSeconds(), time.GetUtcNow().AddHours(1).ToUnixTimeSeconds());
        var search = new SlsQueryBuilder().Tag(SpanLogSchema.BatchTag, batchId.ToString()).Search();
        var result = await client.GetLogsAsync(SpanLogSchema.Logstore, new SlsQuery($"{search} | {sql}", from, to), cancellationToken);
        // A part of the answer would have the rest sent twice.
        return result.IsComplete && result.IsAccurate
            ? result
            : throw new SlsException(0, SlsException.RequestTimeout, "SLS could not say in time which logs of the batch it holds.", null);
    }
}
