namespace LlmObs.Storage.Cases;

/// <summary>What the history of cases says about the speed of the loop, in one window. Medians and percentiles are null where nothing was counted.</summary>
/// <param name="Opened">Cases opened in the window.</param>
/// <param name="Located">Cases located for the first time in the window; their times begin when they were opened.</param>
/// <param name="Fixed">Cases fixed in the window whose fix was not taken back since; their times begin when they were opened.</param>
/// <param name="Reviewed">Causes that a review in the window said something about; of several reviews of one case the last.</param>
/// <param name="Confirmed">Those of them that were right.</param>
public sealed record CaseTimes(
    int Opened,
    int Located,
    double? LocateMedianSeconds,
    double? LocateP90Seconds,
    int Fixed,
    double? FixMedianSeconds,
    double? FixP90Seconds,
    int Reviewed,
    int Confirmed
);

/// <summary>What a case of a window may be counted for.</summary>
public enum CaseMilestone
{
    Opened,
    Located,
    Fixed,
    Reviewed,
    Confirmed,
}

/// <summary>Reads times from the history of cases; nothing is stored for it.</summary>
public sealed class CaseClock(Database database)
{
    private const string Opening = """
        SELECT c.id FROM cases AS c WHERE c.project_id = @projectId AND c.opened_at >= @from AND c.opened_at < @to
        """;

    private const string Locating = """
        SELECT c.id, extract(epoch FROM min(e.at) - c.opened_at)::float8 AS seconds
        FROM case_events AS e JOIN cases AS c ON c.id = e.case_id
        WHERE c.project_id = @projectId AND e.kind = 'located'
        GROUP BY c.id
        HAVING min(e.at) >= @from AND min(e.at) < @to
        """;

    private const string Fixing = """
        SELECT c.id, extract(epoch FROM max(e.at) - c.opened_at)::float8 AS seconds
        FROM case_events AS e JOIN cases AS c ON c.id = e.case_id
        WHERE c.project_id = @projectId AND c.state IN (2, 3) AND e.kind = 'fixed'
        GROUP BY c.id
        HAVING max(e.at) >= @from AND max(e.at) < @to
        """;

    private const string Reviews = """
        SELECT DISTINCT ON (c.id) c.id, e.kind
        FROM case_events AS e JOIN cases AS c ON c.id = e.case_id
        WHERE c.project_id = @projectId AND e.kind IN ('confirmed', 'refuted') AND e.at >= @from AND e.at < @to
        ORDER BY c.id, e.id DESC
        """;

    private const string Times = $"""
        WITH opening AS ({Opening}), locating AS ({Locating}), fixing AS ({Fixing}), reviews AS ({Reviews})
        SELECT (SELECT count(*)::int FROM opening) AS "Opened",
            (SELECT count(*)::int FROM locating) AS "Located",
            (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FROM locating) AS "LocateMedianSeconds",
            (SELECT percentile_cont(0.9) WITHIN GROUP (ORDER BY seconds) FROM locating) AS "LocateP90Seconds",
            (SELECT count(*)::int FROM fixing) AS "Fixed",
            (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FROM fixing) AS "FixMedianSeconds",
            (SELECT percentile_cont(0.9) WITHIN GROUP (ORDER BY seconds) FROM fixing) AS "FixP90Seconds",
            (SELECT count(*)::int FROM reviews) AS "Reviewed",
            (SELECT count(*)::int FROM reviews WHERE kind = 'confirmed') AS "Confirmed"
        """;

    /// <summary>The ids of the cases that are counted for it; of <c>@projectId</c>, from <c>@from</c> to <c>@to</c>.</summary>
    internal static string Cases(CaseMilestone milestone) =>
        milestone switch
        {
            CaseMilestone.Located => $"SELECT id FROM ({Locating}) AS located",
            CaseMilestone.Fixed => $"SELECT id FROM ({Fixing}) AS fixed",
            CaseMilestone.Reviewed => $"SELECT id FROM ({Reviews}) AS reviewed",
            CaseMilestone.Confirmed => $"SELECT id FROM ({Reviews}) AS reviewed WHERE kind = 'confirmed'",
            _ => Opening,
        };

    /// <param name="to">Exclusive.</param>
    public async Task<CaseTimes> ReadAsync(int projectId, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var parameters = new
        {
            projectId,
            from = from.ToUniversalTime(),
            to = to.ToUniversalTime(),
        };
        return (await database.QueryAsync<CaseTimes>(Times, parameters, cancellationToken)).Single();
    }
}
