using LlmObs.Storage.Rows;
using Npgsql;

namespace LlmObs.Storage.Writing;

/// <summary>Writes what a merge can change of spans whose rows the caller has locked.</summary>
internal static class SpanUpdate
{
    private const string UpdateSpans = """
        UPDATE spans AS s
        SET version = t.version, status = t.status, status_message = t.status_message, error_type = t.error_type, question = t.question,
            finish_reasons = t.finish_reasons::text[], input_tokens = t.input_tokens, output_tokens = t.output_tokens,
            cached_input_tokens = t.cached_input_tokens, cache_write_input_tokens = t.cache_write_input_tokens,
            reasoning_tokens = t.reasoning_tokens, total_tokens = t.total_tokens,
            cost_input = t.cost_input, cost_output = t.cost_output, cost_total = t.cost_total, cost_currency = t.cost_currency, cost_provided = t.cost_provided
        FROM unnest(@days, @trace_ids, @span_ids, @versions, @statuses, @status_messages, @error_types, @questions, @finish_reasons,
            @input_tokens, @output_tokens, @cached_input_tokens, @cache_write_input_tokens, @reasoning_tokens, @total_tokens,
            @cost_inputs, @cost_outputs, @cost_totals, @cost_currencies, @cost_provideds)
          AS t (day, trace_id, span_id, version, status, status_message, error_type, question, finish_reasons,
            input_tokens, output_tokens, cached_input_tokens, cache_write_input_tokens, reasoning_tokens, total_tokens,
            cost_input, cost_output, cost_total, cost_currency, cost_provided)
        WHERE s.project_id = @project_id AND s.trace_id = t.trace_id AND s.span_id = t.span_id AND s.day = t.day
        """;

    private const string UpsertContents = """
        INSERT INTO span_contents AS c (day, project_id, json_bytes, trace_id, span_id, body)
        SELECT day, @project_id, json_bytes, trace_id, span_id, body
        FROM unnest(@days, @json_bytes, @trace_ids, @span_ids, @bodies) AS t (day, json_bytes, trace_id, span_id, body)
        ON CONFLICT (project_id, trace_id, span_id, day) DO UPDATE SET json_bytes = excluded.json_bytes, body = excluded.body
        """;

    public static NpgsqlBatchCommand Spans(int projectId, IReadOnlyList<PreparedSpan> spans) =>
        new(UpdateSpans)
        {
            Parameters =
            {
                new("project_id", projectId),
                Column("days", spans, span => span.Day),
                Column("trace_ids", spans, span => span.Key.TraceId),
                Column("span_ids", spans, span => span.Key.SpanId),
                Column("versions", spans, span => span.Record.Revision),
                Column("statuses", spans, span => (short)span.Record.Span.Status),
                Column("status_messages", spans, span => StorableText.Clean(span.Record.Span.StatusMessage)),
                Column("error_types", spans, span => StorableText.Clean(span.Record.Span.ErrorType)),
                Column("questions", spans, span => StorableText.Clean(span.Record.Span.Question)),
                Column("finish_reasons", spans, span => SpanInsert.ArrayLiteral(span.Record.Span.FinishReasons)),
                Column("input_tokens", spans, span => span.Record.Span.Usage?.InputTokens),
                Column("output_tokens", spans, span => span.Record.Span.Usage?.OutputTokens),
                Column("cached_input_tokens", spans, span => span.Record.Span.Usage?.CachedInputTokens),
                Column("cache_write_input_tokens", spans, span => span.Record.Span.Usage?.CacheWriteInputTokens),
                Column("reasoning_tokens", spans, span => span.Record.Span.Usage?.ReasoningTokens),
                Column("total_tokens", spans, span => span.Record.Span.Usage?.TotalTokens),
                Column("cost_inputs", spans, span => span.Record.Span.Cost?.Input),
                Column("cost_outputs", spans, span => span.Record.Span.Cost?.Output),
                Column("cost_totals", spans, span => span.Record.Span.Cost?.Total),
                Column("cost_currencies", spans, span => StorableText.Clean(span.Record.Span.Cost?.Currency)),
                Column("cost_provideds", spans, span => span.Record.Span.Cost?.Provided),
            },
        };

    public static NpgsqlBatchCommand Contents(int projectId, IReadOnlyList<PreparedSpan> spans) =>
        new(UpsertContents)
        {
            Parameters =
            {
                new("project_id", projectId),
                Column("days", spans, span => span.Day),
                Column("json_bytes", spans, span => span.Content.JsonBytes),
                Column("trace_ids", spans, span => span.Key.TraceId),
                Column("span_ids", spans, span => span.Key.SpanId),
                Column("bodies", spans, span => span.Content.Body),
            },
        };

    private static NpgsqlParameter<T[]> Column<T>(string name, IReadOnlyList<PreparedSpan> spans, Func<PreparedSpan, T> value) =>
        new(name, [.. spans.Select(value)]);
}
