using LlmObs.Domain;
using LlmObs.Domain.Quality;
using LlmObs.Domain.Scores;
using LlmObs.Storage.Rows;

namespace LlmObs.Storage.Reading;

/// <summary>
/// What users said of answers: scores whose source is <c>feedback</c>, or that are called <c>user_feedback</c> or <c>user-feedback</c>, each on the scale it was
/// given on. What they did (copied, asked again, left) is no opinion.
/// </summary>
/// <param name="Liked">More than three of five stars.</param>
/// <param name="Total">All whose scale is known.</param>
public sealed record Opinion(long Liked, long Total)
{
    private const double Indifferent = 3;

    /// <summary>False when the user was not pleased; null when they were neither, or the score cannot be read as stars.</summary>
    public static bool? IsLiked(Score score) =>
        Feedback.Stars(score) switch
        {
            > Indifferent => true,
            < Indifferent => false,
            _ => null,
        };
}

/// <summary>The opinions of users by session and by user.</summary>
public sealed class OpinionReader(Database database)
{
    internal const string IsOpinion = $"""
        (s.source = 'feedback' OR s.name IN ('{ScoreNames.UserFeedback}', 'user-feedback'))
        AND s.name NOT IN ('{ScoreNames.Copied}', '{ScoreNames.Retried}', '{ScoreNames.Rephrased}', '{ScoreNames.Abandoned}')
        """;

    private const string Given = "s.id, s.data_type, s.value, s.label, s.metadata";

    private const string Counted = """
        SELECT of AS "Of", data_type AS "Type", value AS "Value", label AS "Label", metadata AS "Metadata", count(*) AS "Count"
        FROM given
        GROUP BY of, data_type, value, label, metadata
        """;

    // An opinion of the session as a whole, of a request in it, or of one of its traces.
    private const string OfSessions = $"""
        WITH turns AS (
            SELECT DISTINCT p.session_id AS of, p.trace_id
            FROM spans AS p
            WHERE p.project_id = @projectId AND left(p.session_id, 200) = ANY (ARRAY (SELECT left(i, 200) FROM unnest(@ids) AS i)) AND p.session_id = ANY (@ids)
        ), given AS (
            SELECT s.session_id AS of, {Given} FROM scores AS s
            WHERE s.project_id = @projectId AND s.session_id = ANY (@ids) AND {IsOpinion}
            UNION
            SELECT t.of, {Given} FROM turns AS t JOIN scores AS s ON s.project_id = @projectId AND s.trace_id = t.trace_id
            WHERE {IsOpinion}
        )
        {Counted}
        """;

    // One join: PostgreSQL begins with what there is less of, the users' spans or the opinions.
    private const string OfUsers = $"""
        WITH given AS (
            SELECT DISTINCT p.user_id AS of, {Given}
            FROM spans AS p
            JOIN scores AS s ON s.project_id = @projectId AND s.trace_id = p.trace_id
            WHERE p.project_id = @projectId AND left(p.user_id, 200) = ANY (ARRAY (SELECT left(i, 200) FROM unnest(@ids) AS i)) AND p.user_id = ANY (@ids)
                AND {IsOpinion}
        )
        {Counted}
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

    private async Task<IReadOnlyDictionary<string, Opinion>> ReadAsync(
        string sql,
        int projectId,
        IReadOnlyCollection<string> ids,
        CancellationToken cancellationToken
    )
    {
        var parameters = new { projectId, ids = ids.Select(id => StorableText.Clean(id)).Distinct().ToArray() };
        return (await database.QueryAsync<Row>(sql, parameters, cancellationToken))
            .Where(row => Feedback.Stars(row.Score) is not null)
            .GroupBy(row => row.Of, StringComparer.Ordinal)
            .ToDictionary(
                of => of.Key,
                of => new Opinion(of.Where(row => Opinion.IsLiked(row.Score) == true).Sum(row => row.Count), of.Sum(row => row.Count)),
                StringComparer.Ordinal
            );
    }

    /// <summary>Scores that say the same on the same scale.</summary>
    private sealed record Row
    {
        public string Of { get; init; } = "";
        public short Type { get; init; }
        public double? Value { get; init; }
        public string? Label { get; init; }
        public string? Metadata { get; init; }
        public long Count { get; init; }

        public Score Score => new("", null, null, null, null, "", (ScoreType)Type, Value, Label, null, "", 0, new JsonText(Metadata));
    }
}
