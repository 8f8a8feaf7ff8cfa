namespace LlmObs.Storage.Sampling;

/// <summary>What was received of a project in the last days, and what of it sampling dropped. Counts are added every few seconds.</summary>
public sealed record ProjectCoverage(string Project, long ReceivedSpans, long DroppedSpans, long DroppedTraces)
{
    /// <summary>0 to 1; 1 when nothing was received.</summary>
    public double KeptShare => ReceivedSpans == 0 ? 1 : Math.Clamp(1 - (double)DroppedSpans / ReceivedSpans, 0, 1);
}

public sealed class Coverage(Database database)
{
    private const string Select = """
        SELECT p.name AS "Project", sum(d.received_spans)::bigint AS "ReceivedSpans", sum(d.dropped_spans)::bigint AS "DroppedSpans",
            sum(d.dropped_traces)::bigint AS "DroppedTraces"
        FROM sampling_days AS d
        JOIN projects AS p ON p.id = d.project_id
        WHERE d.day > (now() AT TIME ZONE 'UTC')::date - 7
        GROUP BY p.name
        ORDER BY p.name
        """;

    /// <summary>Each project that received anything in the last seven days.</summary>
    public async Task<IReadOnlyList<ProjectCoverage>> OfLastWeekAsync(CancellationToken cancellationToken) =>
        await database.QueryAsync<ProjectCoverage>(Select, null, cancellationToken);
}
