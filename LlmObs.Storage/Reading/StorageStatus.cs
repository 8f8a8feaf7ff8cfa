namespace LlmObs.Storage.Reading;

/// <summary>What is stored.</summary>
/// <param name="Spans">Exact up to 100,000, the planner's estimate beyond.</param>
/// <param name="Bytes">Rows, contents and their indexes on disk.</param>
/// <param name="NewestAt">When the newest span was received; null when there is none.</param>
public sealed record StoredRows(long Spans, long Bytes, DateTimeOffset? NewestAt);

public sealed class StorageStatus(Database database)
{
    private const int ExactUpTo = 100_000;

    private const string Sizes = """
        SELECT coalesce(sum(greatest(c.reltuples, 0)) FILTER (WHERE i.inhparent = 'spans'::regclass), 0)::bigint AS "Estimate",
            coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint AS "Bytes",
            (SELECT max(received_at) FROM spans) AS "NewestAt"
        FROM pg_inherits AS i
        JOIN pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent IN ('spans'::regclass, 'span_contents'::regclass)
        """;

    private const string Count = "SELECT count(*) FROM (SELECT FROM spans LIMIT @limit) AS first";

    public Task<StoredRows> RowsAsync(CancellationToken cancellationToken) =>
        database.RunAsync(
            async connection =>
            {
                var sizes = await connection.QuerySingleAsync<SizesRow>(Sizes, null, cancellationToken);
                var spans = sizes.Estimate;
                if (spans <= ExactUpTo)
                {
                    // Statistics may be old, or never made: then the count stops just past the limit.
                    spans = await connection.QuerySingleAsync<long>(Count, new { limit = ExactUpTo + 1 }, cancellationToken);
                }

                return new StoredRows(spans, sizes.Bytes, sizes.NewestAt is { } at ? new(at) : null);
            },
            cancellationToken
        );

    private sealed record SizesRow(long Estimate, long Bytes, DateTime? NewestAt);
}
