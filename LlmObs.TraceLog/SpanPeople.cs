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
    private static readonly ILookup<string, Cost> NoCosts = Array.Empty<(string Id, Cost Cost)>().ToLookup(pair => pair.Id, pair => pair.Cost);

    private readonly SpanRows rows = new(client);

    public async Task<SessionPage> SessionsAsync(SpanQuery query, string? cursor, int limit, CancellationToken cancellationToken)
    {
        var (found, next, costs, isComplete) = await ReadAsync(query, "sessionId", cursor, limit, cancellationToken);
        return new(
            [
                .. found.Select(row => new SessionHit(
                    row["id"],
                    row.Text("question"),
                    row.Text("user_id"),
                    row.Long("turns"),
                    row.Long("failed"),
                    row.Nano("earliest"),
                    row.Nano("latest"),
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
                    row.Long("sessions"),
                    row.Long("turns"),
                    row.Long("failed"),
                    row.Nano("earliest"),
                    row.Nano("latest"),
                    [.. costs[row["id"]]]
                )),
            ],
            next,
            isComplete
        );
    }

    // Who makes the page is asked apart from what they did, which then need not be added up for all others.
    private async Task<People> ReadAsync(SpanQuery query, string field, string? cursor, int limit, CancellationToken cancellationToken)
    {
        var ask = SpanAsk.Of(query);
        var id = SlsSql.Column(field);
        var after = PageCursor.Decode(cursor)?.After("latest", "id", null);
        var result = await rows.RunAsync(
            ask,
            $"""
            select id, latest
            from (select {id} as id, max("start") as latest from log {ask.Where($"{id} is not null and {id} <> ''")} group by {id}) as people
            {(after is null ? "" : "where " + after)}
            order by latest desc, id limit {limit + 1}
            """,
            cancellationToken
        );
        var ids = result.Rows.Take(limit).Select(row => row["id"]).ToList();
        if (ids.Count == 0)
        {
            return new([], null, NoCosts, result.IsComplete);
        }

        var next = result.Rows.Count > limit ? new PageCursor(result.Rows[limit - 1].Long("latest"), ids[^1]).Encode() : null;
        var ofPage = ask.Among(field, ids);
        var isOfPage = SpanAsk.IsAmong(field, ids);
        var costs = CostsAsync(ofPage, id, isOfPage, ids.Count, cancellationToken);
        // A span without a question sorts behind every other: 10^16 µs is past the last time a span can have.
        var found = await rows.RunAsync(
            ofPage,
            $"""
            select {id} as id, count(distinct "traceID") as turns, count(distinct case when "status" = 'error' then "traceID" end) as failed,
                   count(distinct "sessionId") as sessions, max("userId") as user_id, min("start") as earliest, max("start") as latest,
                   min_by("question", "start" + (case when coalesce("question", '') = '' then 10000000000000000 else 0 end)) as question
            from log {ask.Where(isOfPage)} group by {id} order by latest desc, id limit {limit}
            """,
            cancellationToken
        );
        return new(found.Rows, next, await costs, result.IsComplete && found.IsComplete);
    }

    private async Task<ILookup<string, Cost>> CostsAsync(SpanAsk ask, string id, string isOfPage, int people, CancellationToken cancellationToken)
    {
        var result = await rows.RunAsync(
            ask,
            $"""
            select id, currency, sum(cost) as cost
            from (select {id} as id, "traceID" as trace_id, "spanID" as span_id, max("cost") as cost, max("currency") as currency
                  from log {ask.Where($"{isOfPage} and {ModelCalls.IsModelCall} and \"cost\" is not null")}
                  group by {id}, "traceID", "spanID") as calls {ModelCalls.JoinOuter(ask)}
            where outer_id is null
            group by id, currency order by cost desc limit {4 * people}
            """,
            cancellationToken
        );
        return result.Rows.ToLookup(row => row["id"], ModelCalls.CostOf, StringComparer.Ordinal);
    }

    private sealed record People(
        IReadOnlyList<IReadOnlyDictionary<string, string>> Rows,
        string? NextCursor,
        ILookup<string, Cost> Costs,
        bool IsComplete
    );
}
