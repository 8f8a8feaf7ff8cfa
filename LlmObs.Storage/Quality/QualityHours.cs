namespace LlmObs.Storage.Quality;

/// <summary>Adds up the requests and steps of hours whose requests changed (decision 44).</summary>
public sealed class QualityHours(Database database)
{
    // An hour in which much comes is not added up with every request of it.
    private const string Due = """
        SELECT project_id AS "ProjectId", hour AS "Hour" FROM quality_due_hours WHERE due_at <= now() - @rest ORDER BY due_at LIMIT @limit
        """;

    private static readonly string AddUp = $"""
        DELETE FROM quality_due_hours WHERE project_id = @ProjectId AND hour = @Hour;
        DELETE FROM quality_hours WHERE project_id = @ProjectId AND hour = @Hour;
        DELETE FROM quality_step_hours WHERE project_id = @ProjectId AND hour = @Hour;

        INSERT INTO quality_hours (project_id, hour, service, release, environment, dimension, value, rated, {FactSums.Columns})
        SELECT @ProjectId, @Hour, f.service, f.release, f.environment, d.dimension, d.value, f.rated, {FactSums.Sums}
        FROM (
            {FactSums.Facts} WHERE f.project_id = @ProjectId AND f.started_at >= @Hour AND f.started_at < @Hour + interval '1 hour'
            OFFSET 0
        ) AS f
        CROSS JOIN LATERAL (
            SELECT '', ''
            UNION ALL SELECT 'model', unnest(f.models)
            UNION ALL SELECT 'prompt', unnest(f.prompts)
            UNION ALL SELECT 'tag', unnest(f.tags)
        ) AS d (dimension, value)
        GROUP BY f.service, f.release, f.environment, d.dimension, d.value, f.rated;

        INSERT INTO quality_step_hours (project_id, hour, service, release, environment, name, kind, runs, failed, cost, currency, times)
        SELECT s.project_id, @Hour, f.service, f.release, f.environment, s.name, s.kind, sum(s.runs), sum(s.failed), sum(s.cost), s.currency,
            quality_histogram(array_agg(quality_place(s.duration_ms)))
        FROM quality_steps AS s
        JOIN quality_facts AS f ON f.project_id = s.project_id AND f.trace_id = s.trace_id
        WHERE s.project_id = @ProjectId AND s.started_at >= @Hour AND s.started_at < @Hour + interval '1 hour'
        GROUP BY s.project_id, f.service, f.release, f.environment, s.name, s.kind, s.currency;
        """;

    /// <param name="rest">How long an hour is left alone after its first change.</param>
    /// <returns>How many hours were added up.</returns>
    public Task<int> AddUpAsync(TimeSpan rest, int limit, CancellationToken cancellationToken) =>
        database.RunAsync(
            async connection =>
            {
                var due = await connection.QueryAsync<DueHour>(Due, new { rest, limit }, cancellationToken);
                foreach (var hour in due)
                {
                    await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                    await connection.ExecuteAsync(AddUp, hour, cancellationToken);
                    await transaction.CommitAsync(cancellationToken);
                }

                return due.Count;
            },
            cancellationToken
        );

    private sealed record DueHour(int ProjectId, DateTime Hour);
}
