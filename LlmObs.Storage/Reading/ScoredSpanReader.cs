using System.Globalization;
using LlmObs.Domain.Scores;
using LlmObs.Storage.Rows;

namespace LlmObs.Storage.Reading;

/// <summary>What scores were given to, for searches that ask of them.</summary>
public sealed class ScoredSpanReader(Database database)
{
    private const string InTime = "p.start_ns >= @from AND p.start_ns < @to AND p.day BETWEEN @firstDay::date AND @lastDay::date";

    // A score may come long after what it judges: it is the spans that lie in the time asked for. What is said of a request or a session is said of each trace.
    private const string Newest = $"""
        SELECT t.trace_id AS "TraceId", s.span_id AS "SpanId"
        FROM scores AS s
        CROSS JOIN LATERAL (
            (SELECT p.trace_id FROM spans AS p
            WHERE p.project_id = @projectId AND p.trace_id = s.trace_id AND {InTime} LIMIT 1)
            UNION ALL
            (SELECT DISTINCT p.trace_id FROM spans AS p
            WHERE s.trace_id IS NULL AND p.project_id = @projectId AND left(p.request_id, 200) = left(s.request_id, 200) AND p.request_id = s.request_id
              AND {InTime})
            UNION ALL
            (SELECT DISTINCT p.trace_id FROM spans AS p
            WHERE s.trace_id IS NULL AND p.project_id = @projectId AND left(p.session_id, 200) = left(s.session_id, 200) AND p.session_id = s.session_id
              AND {InTime})
        ) AS t
        WHERE s.project_id = @projectId AND s.name = @name
          AND (@isAny OR lower(s.label) = lower(@label)
            OR ((s.value > @least OR (@hasLeast AND s.value = @least)) AND (s.value < @most OR (@hasMost AND s.value = @most))))
        ORDER BY s.given_at DESC, s.id DESC
        LIMIT @limit
        """;

    /// <summary>What the newest scores that fit were given to, of spans that began within a time.</summary>
    /// <param name="from">Inclusive.</param>
    /// <param name="to">Exclusive.</param>
    /// <param name="limit">The most traces and spans; of a session each trace counts.</param>
    public async Task<ScoredSpans> FindAsync(
        int projectId,
        ScoreCondition condition,
        DateTimeOffset from,
        DateTimeOffset to,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var parameters = new
        {
            projectId,
            name = StorableText.Clean(condition.Name),
            isAny = condition is { Numbers: null, Label: null },
            label = StorableText.Clean(condition.Label),
            least = condition.Numbers?.Least,
            hasLeast = condition.Numbers?.HasLeast ?? false,
            most = condition.Numbers?.Most,
            hasMost = condition.Numbers?.HasMost ?? false,
            from = Nano(from),
            to = Nano(to),
            firstDay = Day(from),
            lastDay = Day(to),
            limit = limit + 1,
        };
        var rows = await database.QueryAsync<Row>(Newest, parameters, cancellationToken);
        var judged = rows.Take(limit).ToLookup(row => row.SpanId is null);
        return new(
            [.. judged[true].Select(row => row.TraceId).Distinct(StringComparer.Ordinal)],
            [.. judged[false].Select(row => (row.TraceId, row.SpanId!)).Distinct()],
            rows.Count > limit
        );
    }

    private static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static long Nano(DateTimeOffset at) => at.ToUnixTimeMilliseconds() * 1_000_000;

    private sealed record Row(string TraceId, string? SpanId);
}
