using LlmObs.Domain.Spans;
using LlmObs.Sls;

namespace LlmObs.TraceLog;

/// <summary>A conversation with matching spans.</summary>
/// <param name="Question">Its first question among the matches; null when none is known.</param>
/// <param name="Turns">Traces with matching spans.</param>
/// <param name="Failed">Of those, the ones in which a matching span failed.</param>
/// <param name="Costs">Of model calls, an amount for each currency.</param>
public sealed record SessionHit(
    string Id,
    string? Question,
    string? UserId,
    long Turns,
    long Failed,
    long FirstUnixNano,
    long LastUnixNano,
    IReadOnlyList<Cost> Costs
);

/// <summary>A user with matching spans; members as in <see cref="SessionHit"/>.</summary>
public sealed record UserHit(string Id, long Sessions, long Turns, long Failed, long FirstUnixNano, long LastUnixNano, IReadOnlyList<Cost> Costs);

public sealed record SessionPage(IReadOnlyList<SessionHit> Hits, string? NextCursor, bool IsComplete);

public sealed record UserPage(IReadOnlyList<UserHit> Hits, string? NextCursor, bool IsComplete);

/// <summary>Who asked: sessions and users of the matching spans, whoever was active last first. Throws as <see cref="SpanSearch"/> does.</summary>
public sealed class SpanPeople(SlsClient client)
{
    /// <summary>In SQL: the span's tokens and cost are its own, not those of spans below it.</summary>
    internal static readonly string IsModelCall =
        $"\"spanKind\" in ({string.Join(", ", Enum.GetValues<SpanKind>().Where(kind => kind.IsModelCall()).Select(kind => SlsSql.Text(kind.Word())))})";

    /// <summary>
    /// In SQL, behind a table with trace_id and span_id: outer_id is null unless the span is the parent of a matching model call. A library that calls a model
    /// through another reports one call twice, the outer one around the inner.
    /// </summary>
    internal static readonly string JoinOuterCalls = $"""
        left join (select "traceID" as outer_trace, "parentSpanID" as outer_id from log
                   where {IsModelCall} and "parentSpanID" is not null and "parentSpanID" <> '' group by "traceID", "parentSpanID") as outer_call
          on trace_id = outer_trace and span_id = outer_id
        """;

    private readonly SpanRows rows = new(client);

    public async Task<SessionPage> SessionsAsync(SpanQuery query, string? cursor, int limit, CancellationToken cancellationToken)
    {
        var (found, next, costs, isComplete) = await ReadAsync(query, "sessionId", cursor, limit, cancellationToken);
        return new(
            [
                .. found.Select(row => new SessionHit(
                    row["id"],
                    Text(row, "question"),
                    Text(row, "user_id"),
                    SlsNumber.Long(row, "turns") ?? 0,
                    SlsNumber.Long(row, "failed") ?? 0,
                    Nano(row, "earliest"),
                    Nano(row, "latest"),
                    [.. costs[row["id"]]]
                )),
            ],
            next,
            isComplete
        );
    }

    public async Task<UserPage> UsersAsync(SpanQuery query, string? cursor, int limit, CancellationToken cancellationToken)
    {
        var (found, next, costs, isComplete) = await ReadAsync(query, "userId", cursor, limit, cancellationToken);
        return new(
            [
                .. found.Select(row => new UserHit(
                    row["id"],
                    SlsNumber.Long(row, "sessions") ?? 0,
                    SlsNumber.Long(row, "turns") ?? 0,
                    SlsNumber.Long(row, "failed") ?? 0,
                    Nano(row, "earliest"),
                    Nano(row, "latest"),
                    [.. costs[row["id"]]]
                )),
            ],
            next,
            isComplete
        );
    }

    private async Task<People> ReadAsync(SpanQuery query, string field, string? cursor, int limit, CancellationToken cancellationToken)
    {
        var ask = SpanAsk.Of(query);
        var id = SlsSql.Column(field);
        var after = PageCursor.Decode(cursor)?.After("latest", "id", null);
        // A span without a question sorts behind every other: 10^16 µs is past the last time a span can have.
        var result = await rows.RunAsync(
            ask,
            $"""
            select id, question, user_id, turns, failed, sessions, earliest, latest
            from (select {id} as id, count(distinct "traceID") as turns, count(distinct case when "status" = 'error' then "traceID" end) as failed,
                         count(distinct "sessionId") as sessions, max("userId") as user_id, min("start") as earliest, max("start") as latest,
                         min_by("question", "start" + (case when coalesce("question", '') = '' then 10000000000000000 else 0 end)) as question
                  from log where {id} is not null and {id} <> '' group by {id}) as people
            {(after is null ? "" : "where " + after)}
            order by latest desc, id limit {limit + 1}
            """,
            cancellationToken
        );
        var found = result.Rows.Take(limit).ToList();
        var next = result.Rows.Count > limit ? new PageCursor(SlsNumber.Long(found[^1], "latest") ?? 0, found[^1]["id"]).Encode() : null;
        var costs = await CostsAsync(ask, id, [.. found.Select(row => row["id"])], cancellationToken);
        return new(found, next, costs, result.IsComplete);
    }

    private async Task<ILookup<string, Cost>> CostsAsync(SpanAsk ask, string id, List<string> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
        {
            return Array.Empty<(string, Cost)>().ToLookup(pair => pair.Item1, pair => pair.Item2);
        }

        var result = await rows.RunAsync(
            ask,
            $"""
            select id, currency, sum(cost) as cost
            from (select {id} as id, "traceID" as trace_id, "spanID" as span_id, max("cost") as cost, max("currency") as currency
                  from log where {id} in ({string.Join(", ", ids.Select(SlsSql.Text))}) and {IsModelCall} and "cost" is not null
                  group by {id}, "traceID", "spanID") as calls {JoinOuterCalls}
            where outer_id is null
            group by id, currency order by cost desc limit {4 * ids.Count}
            """,
            cancellationToken
        );
        return result.Rows.ToLookup(row => row["id"], SpanGroups.CostOf, StringComparer.Ordinal);
    }

    private static long Nano(IReadOnlyDictionary<string, string> row, string column) => (SlsNumber.Long(row, column) ?? 0) * 1000;

    private static string? Text(IReadOnlyDictionary<string, string> row, string column) =>
        row.GetValueOrDefault(column) is { Length: > 0 } text && text != "null" ? text : null;

    private sealed record People(
        IReadOnlyList<IReadOnlyDictionary<string, string>> Rows,
        string? NextCursor,
        ILookup<string, Cost> Costs,
        bool IsComplete
    );
}
