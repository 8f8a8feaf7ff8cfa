using LlmObs.Domain.Scores;
using LlmObs.Storage.Rows;

namespace LlmObs.Storage.Reading;

/// <summary>A conversation of a user, or their requests outside of any.</summary>
/// <param name="SessionId">Null for requests without a session.</param>
/// <param name="Question">The first one; null when none is known.</param>
public sealed record UserSession(string? SessionId, string? Question, long Turns, long Failed, long FirstNs, long LastNs);

/// <summary>What is known of a user.</summary>
/// <param name="Sessions">The last active first.</param>
/// <param name="HasMore">They had more than these.</param>
/// <param name="Opinions">What they said, the newest first, at most 50.</param>
public sealed record User(string Id, IReadOnlyList<UserSession> Sessions, bool HasMore, Opinion? Opinion, IReadOnlyList<Score> Opinions);

/// <summary>Users and their conversations, from the record of truth.</summary>
public sealed class UserReader(Database database, OpinionReader opinions)
{
    private const string Sessions = """
        SELECT s.session_id AS "SessionId", (array_agg(s.question ORDER BY s.start_ns) FILTER (WHERE s.question IS NOT NULL))[1] AS "Question",
            count(DISTINCT s.trace_id) AS "Turns", count(DISTINCT s.trace_id) FILTER (WHERE s.status = 2) AS "Failed",
            min(s.start_ns) AS "FirstNs", max(s.start_ns) AS "LastNs"
        FROM spans AS s
        WHERE s.project_id = @projectId AND left(s.user_id, 200) = left(@userId, 200) AND s.user_id = @userId
        GROUP BY s.session_id
        ORDER BY max(s.start_ns) DESC
        LIMIT @limit
        """;

    private const string Said = $"""
        SELECT {ScoreRow.Columns}
        FROM scores AS s
        WHERE s.project_id = @projectId AND {OpinionReader.IsOpinion}
          AND s.trace_id IN (
            SELECT p.trace_id FROM spans AS p
            WHERE p.project_id = @projectId AND left(p.user_id, 200) = left(@userId, 200) AND p.user_id = @userId)
        ORDER BY s.given_at DESC, s.id DESC
        LIMIT 50
        """;

    /// <summary>Null when nothing is known of them.</summary>
    public async Task<User?> ReadAsync(int projectId, string userId, int limit, CancellationToken cancellationToken)
    {
        var id = StorableText.Clean(userId);
        var sessions = await QueryAsync<UserSession>(Sessions, projectId, id, limit + 1, cancellationToken);
        if (sessions.Count == 0)
        {
            return null;
        }

        var said = await QueryAsync<ScoreRow>(Said, projectId, id, limit, cancellationToken);
        var opinion = await opinions.OfUsersAsync(projectId, [id], cancellationToken);
        return new(id, [.. sessions.Take(limit)], sessions.Count > limit, opinion.GetValueOrDefault(id), [.. said.Select(row => row.ToScore())]);
    }

    private Task<List<T>> QueryAsync<T>(string sql, int projectId, string userId, int limit, CancellationToken cancellationToken) =>
        database.QueryAsync<T>(
            sql,
            new
            {
                projectId,
                userId,
                limit,
            },
            cancellationToken
        );
}
