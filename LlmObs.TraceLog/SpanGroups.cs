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
        var spans = EachSpan(source, "true", ("\"duration\"", "duration"), ("case when \"status\" = 'error' then 1 else 0 end", "failed"));
        var calls = EachSpan(source, SpanPeople.IsModelCall, ("\"totalTokens\"", "tokens"), ("\"cost\"", "cost"), ("\"currency\"", "currency"));
        // The last column makes equal groups come in the same order each time.
        var groups = rows.RunAsync(
            ask,
            $"""
            select facet, spans, traces, failed, p50, p95, tokens
            from (select facet, count(*) as spans, count(distinct trace_id) as traces, sum(failed) as failed,
                         approx_percentile(duration, 0.5) as p50, approx_percentile(duration, 0.95) as p95
                  from ({spans}) as each_span group by facet) as counted
            left join (select facet as caller, sum(tokens) as tokens from ({calls}) as each_call {SpanPeople.JoinOuterCalls}
                       where tokens is not null and outer_id is null group by facet) as used on facet = caller
            order by {Column(order)} desc, spans desc, facet limit {limit + 1}
            """,
            cancellationToken
        );
        var costs = rows.RunAsync(
            ask,
            $"""
            select facet, currency, sum(cost) as cost from ({calls}) as each_call {SpanPeople.JoinOuterCalls}
            where cost is not null and outer_id is null group by facet, currency order by cost desc limit 10000
            """,
            cancellationToken
        );
        await Task.WhenAll(groups, costs);
        var paid = (await costs).Rows.ToLookup(row => row["facet"], CostOf, StringComparer.Ordinal);
        var found = await groups;
        return new(
            [.. found.Rows.Take(limit).Select(row => Group(row, [.. paid[row["facet"]]]))],
            found.Rows.Count > limit,
            found.IsComplete && (await costs).IsComplete
        );
    }

    // The spans of each value, with the columns asked for; of a span with several logs what is largest in them.
    private static string EachSpan(SpanField field, string condition, params (string Value, string Name)[] columns)
    {
        var (from, facet) = field.Source;
        return $"""
            select {facet} as facet, "traceID" as trace_id, "spanID" as span_id, {Columns("{0}")}
            from {from} where repeated is null and {facet} is not null and {facet} <> '' and {condition}
            union all
            select {facet} as facet, "traceID" as trace_id, "spanID" as span_id, {Columns("max({0})")}
            from {from} where repeated is not null and {facet} is not null and {facet} <> '' and {condition}
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
            GroupOrder.Tokens => "coalesce(tokens, 0)",
            _ => "spans",
        };

    private static SpanGroup Group(IReadOnlyDictionary<string, string> row, IReadOnlyList<Cost> costs) =>
        new(
            row["facet"],
            SlsNumber.Long(row, "spans") ?? 0,
            SlsNumber.Long(row, "traces") ?? 0,
            SlsNumber.Long(row, "failed") ?? 0,
            (SlsNumber.Long(row, "p50") ?? 0) * 1000,
            (SlsNumber.Long(row, "p95") ?? 0) * 1000,
            SlsNumber.Long(row, "tokens"),
            costs
        );

    internal static Cost CostOf(IReadOnlyDictionary<string, string> row) =>
        new(null, null, SlsNumber.Decimal(row, "cost") ?? 0, row.GetValueOrDefault("currency") is { Length: > 0 } currency ? currency : "USD");
}

/// <summary>Numbers of an analysis, which come as text. Null for its NULL.</summary>
internal static class SlsNumber
{
    /// <summary>Whole, also when the analysis made a floating number of it.</summary>
    public static long? Long(IReadOnlyDictionary<string, string> row, string column) => Decimal(row, column) is { } number ? (long)number : null;

    public static decimal? Decimal(IReadOnlyDictionary<string, string> row, string column) =>
        decimal.TryParse(row.GetValueOrDefault(column), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
}
