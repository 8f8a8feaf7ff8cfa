using Dapper;
using LlmObs.Storage.Rows;

namespace LlmObs.Storage.Reading;

/// <summary>
/// What users said of answers: scores whose source is <c>feedback</c>, or that are called <c>user_feedback</c> or <c>user-feedback</c>, true or false or from −1 to 1.
/// Whether 3 of a larger scale is praise, nobody can know.
/// </summary>
/// <param name="Liked">True, or above 0.</param>
/// <param name="Total">All that were given.</param>
public sealed record Opinion(long Liked, long Total)
{
    /// <summary>0 to 1.</summary>
    public double Satisfaction => Total == 0 ? 0 : (double)Liked / Total;
}

/// <summary>The opinions of users by session and by user.</summary>
public sealed class OpinionReader(Database database)
{
    internal const string IsOpinion = "(s.source = 'feedback' OR s.name IN ('user_feedback', 'user-feedback')) AND s.value BETWEEN -1 AND 1";

    // An opinion of the session as a whole, of a request in it, or of one of its traces.
    private const string OfSessions = $"""
        WITH turns AS (
            SELECT DISTINCT p.session_id AS of, p.trace_id
            FROM spans AS p
            WHERE p.project_id = @projectId AND left(p.session_id, 200) = ANY (ARRAY (SELECT left(i, 200) FROM unnest(@ids) AS i)) AND p.session_id = ANY (@ids)
        ), given AS (
            SELECT s.session_id AS of, s.id, s.value FROM scores AS s
            WHERE s.project_id = @projectId AND s.session_id = ANY (@ids) AND {IsOpinion}
            UNION
            SELECT t.of, s.id, s.value FROM turns AS t JOIN scores AS s ON s.project_id = @projectId AND s.trace_id = t.trace_id
            WHERE {IsOpinion}
        )
        SELECT of AS "Of", count(*) FILTER (WHERE value > 0) AS "Liked", count(*) AS "Total" FROM given GROUP BY of
        """;

    private const string OfUsers = $"""
        WITH turns AS (
            SELECT DISTINCT p.user_id AS of, p.trace_id
            FROM spans AS p
            WHERE p.project_id = @projectId AND left(p.user_id, 200) = ANY (ARRAY (SELECT left(i, 200) FROM unnest(@ids) AS i)) AND p.user_id = ANY (@ids)
        )
        SELECT t.of AS "Of", count(DISTINCT s.id) FILTER (WHERE s.value > 0) AS "Liked", count(DISTINCT s.id) AS "Total"
        FROM turns AS t JOIN scores AS s ON s.project_id = @projectId AND s.trace_id = t.trace_id
        WHERE {IsOpinion}
        GROUP BY t.of
        """;

    /// <summary>By session; sessions nobody judged are left out.</summary>
    public Task<IReadOnlyDictionary<string, Opinion>> OfSessionsAsync(
        int projectId,
        IReadOnlyCollection<string> sessionIds,
        CancellationToken cancellationToken
    ) => ReadAsync(OfSessions, projectId, sessionIds, cancellationToken);

    /// <summary>By user, of the traces they began; users who said nothing are left out.</summary>
    public Task<IReadOnlyDictionary<string, Opinion>> OfUsersAsync(
        int projectId,
        IReadOnlyCollection<string> userIds,
        CancellationToken cancellationToken
    ) => ReadAsync(OfUsers, projectId, userIds, cancellationToken);

    private Task<IReadOnlyDictionary<string, Opinion>> ReadAsync(
        string sql,
        int projectId,
        IReadOnlyCollection<string> ids,
        CancellationToken cancellationToken
    ) =>
        database.RunAsync<IReadOnlyDictionary<string, Opinion>>(
            async connection =>
            {
                var parameters = new { projectId, ids = ids.Select(id => StorableText.Clean(id)).Distinct().ToArray() };
                var rows = await connection.QueryAsync<Row>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
                return rows.ToDictionary(row => row.Of, row => new Opinion(row.Liked, row.Total), StringComparer.Ordinal);
            },
            cancellationToken
        );

    private sealed record Row(string Of, long Liked, long Total);
}
