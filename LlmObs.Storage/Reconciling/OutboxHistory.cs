namespace LlmObs.Storage.Reconciling;

/// <summary>How fast the outbox has been emptied lately.</summary>
/// <param name="SpansASecond">Shipped, over the last minutes.</param>
/// <param name="Growth">Spans a second by which the backlog grows; negative while it drains.</param>
public sealed record OutboxRate(double SpansASecond, double Growth)
{
    /// <summary>Until nothing waits at this rate; null while the backlog does not shrink.</summary>
    public TimeSpan? UntilEmpty(long pendingSpans) =>
        pendingSpans == 0 ? TimeSpan.Zero
        : Growth < 0 ? TimeSpan.FromSeconds(Math.Min(pendingSpans / -Growth, TimeSpan.FromDays(365).TotalSeconds))
        : null;
}

/// <summary>Samples of the outbox, for its rate.</summary>
public sealed class OutboxHistory(Database database)
{
    // Replicas sample together: one row for every ten seconds.
    private const string Sample = """
        WITH old AS (DELETE FROM outbox_samples WHERE at < now() - interval '1 day')
        INSERT INTO outbox_samples (at, pending_spans, shipped_spans)
        SELECT date_bin('10 seconds', now(), 'epoch'), coalesce((SELECT sum(span_count) FROM outbox WHERE parked_at IS NULL), 0), shipped_spans
        FROM outbox_totals
        ON CONFLICT (at) DO NOTHING
        """;

    private const string Rate = """
        SELECT extract(epoch FROM last.at - first.at)::float8 AS "Seconds", last.shipped_spans - first.shipped_spans AS "Shipped",
            last.pending_spans - first.pending_spans AS "Growth"
        FROM (SELECT at, pending_spans, shipped_spans FROM outbox_samples WHERE at > now() - interval '3 minutes' ORDER BY at LIMIT 1) AS first,
            (SELECT at, pending_spans, shipped_spans FROM outbox_samples ORDER BY at DESC LIMIT 1) AS last
        WHERE last.at > first.at
        """;

    public Task SampleAsync(CancellationToken cancellationToken) => database.ExecuteAsync(Sample, null, cancellationToken);

    /// <summary>Null before there are two samples of the last minutes.</summary>
    public async Task<OutboxRate?> RateAsync(CancellationToken cancellationToken) =>
        await database.QueryAsync<RateRow>(Rate, null, cancellationToken) is [var row]
            ? new(row.Shipped / row.Seconds, row.Growth / row.Seconds)
            : null;

    private sealed record RateRow(double Seconds, long Shipped, long Growth);
}
