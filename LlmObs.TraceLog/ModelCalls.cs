using LlmObs.Domain.Spans;
using LlmObs.Sls;

namespace LlmObs.TraceLog;

/// <summary>In SQL: what model calls used, each counted once.</summary>
internal static class ModelCalls
{
    /// <summary>The span's tokens and cost are its own, not those of spans below it.</summary>
    public static readonly string IsModelCall =
        $"\"spanKind\" in ({string.Join(", ", Enum.GetValues<SpanKind>().Where(kind => kind.IsModelCall()).Select(kind => SlsSql.Text(kind.Word())))})";

    /// <summary>
    /// Behind a table with trace_id and span_id: outer_id is null unless the span is the parent of a matching model call. A library that calls a model through
    /// another reports one call twice, the outer one around the inner.
    /// </summary>
    public static string JoinOuter(SpanAsk ask) =>
        $"""
            left join (select "traceID" as outer_trace, "parentSpanID" as outer_id from log
                       {ask.Where($"{IsModelCall} and \"parentSpanID\" is not null and \"parentSpanID\" <> ''")}
                       group by "traceID", "parentSpanID") as outer_call
              on trace_id = outer_trace and span_id = outer_id
            """;

    /// <summary>The columns cost and currency of a row.</summary>
    public static Cost CostOf(IReadOnlyDictionary<string, string> row) => new(null, null, row.Number("cost") ?? 0, row.Text("currency") ?? "USD");
}
