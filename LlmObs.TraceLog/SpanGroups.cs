using System.Globalization;
using LlmObs.Domain.Spans;
using LlmObs.Sls;

namespace LlmObs.TraceLog;

/// <summary>What the matching spans of one value of a field come to.</summary>
/// <param name="Tokens">Of model calls; null when none said.</param>
/// <param name="Costs">Of model calls, an amount for each currency.</param>
public sealed record SpanGroup(
    string Value,
    long Spans,
    long Traces,
    long Failed,
    long P50Nano,
    long P95Nano,
    long? Tokens,
    IReadOnlyList<Cost> Costs
)
{
    /// <summary>Of the spans, 0 to 1.</summary>
    public double ErrorRate => Spans == 0 ? 0 : (double)Failed / Spans;
}

/// <summary>What a list of groups is ordered by, always the largest first.</summary>
public enum GroupOrder
{
    Spans,
    Failed,
    P95,
    Tokens,
}

/// <param name="HasMore">True when there are more values than were asked for.</param>
public sealed record SpanGroupPage(IReadOnlyList<SpanGroup> Groups, bool HasMore, bool IsComplete);

/// <summary>Matching spans by the values of a field. Throws as <see cref="SpanSearch"/> does.</summary>
public sealed class SpanGroups(SlsClient client)
{
    private readonly SpanRows rows = new(client);

    /// <summary>The largest groups. Spans without a value of the field are in none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The field cannot be grouped by.</exception>
    public async Task<SpanGroupPage> ByAsync(SpanQuery query, string field, GroupOrder order, int limit, CancellationToken cancellationToken)
    {
        var ask = SpanAsk.Of(query);
        var source = SpanField.Groupable(field);
        var spans = EachSpan(ask, source, "true", ("\"duration\"", "duration"), ("case when \"status\" = 'error' then 1 else 0 end", "failed"));
        var calls = EachSpan(
            ask,
            source,
            $"{ModelCalls.IsModelCall} and (\"totalTokens\" is not null or \"cost\" is not null)",
            ("\"totalTokens\"", "tokens"),
            ("\"cost\"", "cost"),
            ("\"currency\"", "currency")
        );
        var used = $"from ({calls}) as each_call {ModelCalls.JoinOuter(ask)} where outer_id is null";
        // What is known only when all calls are added up costs as much as the rest: it is asked once, and only an order by it twice.
        var largest =
            order == GroupOrder.Tokens
                ? $"left join (select facet as caller, sum(tokens) as tokens {used} group by facet) as used on facet = caller order by coalesce(tokens, 0) desc"
                : $"order by {Column(order)} desc";
        // The last column makes equal groups come in the same order each time.
        var groups = rows.RunAsync(
            ask,
            $"""
            select facet, spans, traces, failed, percentiles[1] as p50, percentiles[2] as p95
            from (select facet, count(*) as spans, count(distinct trace_id) as traces, sum(failed) as failed,
                         approx_percentile(duration, array[0.5, 0.95]) as percentiles
                  from ({spans}) as each_span group by facet) as counted
            {largest}, spans desc, facet limit {limit + 1}
            """,
            cancellationToken
        );
        var usages = rows.RunAsync(
            ask,
            $"select facet, currency, sum(tokens) as tokens, sum(cost) as cost {used} group by facet, currency order by cost desc limit 10000",
            cancellationToken
        );
        await Task.WhenAll(groups, usages);
        var usageOf = (await usages).Rows.ToLookup(row => row["facet"], StringComparer.Ordinal);
        var found = await groups;
        return new(
            [.. found.Rows.Take(limit).Select(row => Group(row, [.. usageOf[row["facet"]]]))],
            found.Rows.Count > limit,
            found.IsComplete && (await usages).IsComplete
        );
    }

    // The spans of each value, with the columns asked for; of a span with several logs what is largest in them.
    private static string EachSpan(SpanAsk ask, SpanField field, string condition, params (string Value, string Name)[] columns)
    {
        var (facet, each) = field.Source;
        var hasValue = $"{facet} is not null and {facet} <> '' and {condition}";
        return $"""
            select {facet} as facet, "traceID" as trace_id, "spanID" as span_id, {Columns("{0}")}
            from log {SpanCount.JoinRepeated} {each} {ask.Where($"repeated is null and {hasValue}")}
            union all
            select {facet} as facet, "traceID" as trace_id, "spanID" as span_id, {Columns("max({0})")}
            from log {SpanCount.JoinRepeated} {each} {ask.Where($"repeated is not null and {hasValue}")}
            group by {facet}, "traceID", "spanID"
            """;

        string Columns(string format) =>
            string.Join(", ", columns.Select(column => $"{string.Format(CultureInfo.InvariantCulture, format, column.Value)} as {column.Name}"));
    }

    private static string Column(GroupOrder order) =>
        order switch
        {
            GroupOrder.Failed => "failed",
            GroupOrder.P95 => "p95",
            _ => "spans",
        };

    /// <param name="usages">A row for each currency, and one of the calls without a cost.</param>
    private static SpanGroup Group(IReadOnlyDictionary<string, string> row, IReadOnlyList<IReadOnlyDictionary<string, string>> usages) =>
        new(
            row["facet"],
            row.Long("spans"),
            row.Long("traces"),
            row.Long("failed"),
            row.Nano("p50"),
            row.Nano("p95"),
            usages.Select(usage => (long?)usage.Number("tokens")).Aggregate((long?)null, (sum, tokens) => tokens is null ? sum : (sum ?? 0) + tokens),
            [.. usages.Where(usage => usage.Number("cost") is not null).Select(ModelCalls.CostOf)]
        );
}
