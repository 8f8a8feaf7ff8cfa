using System.Text;
using LlmObs.Domain.Spans;
using LlmObs.Storage.Rows;
using Npgsql;
using NpgsqlTypes;

namespace LlmObs.Storage.Writing;

/// <summary>One span on its way into the tables: its key and day settled, its content encoded.</summary>
internal sealed record PreparedSpan(SpanKey Key, DateOnly Day, SpanRecord Record, EncodedContent Content);

/// <summary>The statements that write spans and contents: one each, a column of the batch a parameter.</summary>
internal static class SpanInsert
{
    private const string Names = """
        day, project_id, start_ns, duration_ns, kind, status, cost_provided, trace_id, span_id, parent_span_id, name, raw_name, otel_kind,
        status_message, error_type, service, host, environment, release, service_version, tags, session_id, user_id, request_id,
        operation, provider, requested_model, model, input_tokens, output_tokens, cached_input_tokens, cache_write_input_tokens,
        reasoning_tokens, total_tokens, cost_input, cost_output, cost_total, cost_currency, time_to_first_token_ms, finish_reasons,
        workflow_name, agent_name, prompt_name, prompt_version, response_id, question
        """;

    // A text[] per row cannot be unnested (arrays of arrays are matrices), so tags and finish reasons travel as array literals.
    private const string InsertSpans = $"""
        INSERT INTO spans ({Names})
        SELECT day, @project_id, start_ns, duration_ns, kind, status, cost_provided, trace_id, span_id, parent_span_id, name, raw_name, otel_kind,
            status_message, error_type, service, host, environment, release, service_version, tags::text[], session_id, user_id, request_id,
            operation, provider, requested_model, model, input_tokens, output_tokens, cached_input_tokens, cache_write_input_tokens,
            reasoning_tokens, total_tokens, cost_input, cost_output, cost_total, cost_currency, time_to_first_token_ms, finish_reasons::text[],
            workflow_name, agent_name, prompt_name, prompt_version, response_id, question
        FROM unnest(@day, @start_ns, @duration_ns, @kind, @status, @cost_provided, @trace_id, @span_id, @parent_span_id, @name, @raw_name, @otel_kind,
            @status_message, @error_type, @service, @host, @environment, @release, @service_version, @tags, @session_id, @user_id, @request_id,
            @operation, @provider, @requested_model, @model, @input_tokens, @output_tokens, @cached_input_tokens, @cache_write_input_tokens,
            @reasoning_tokens, @total_tokens, @cost_input, @cost_output, @cost_total, @cost_currency, @time_to_first_token_ms, @finish_reasons,
            @workflow_name, @agent_name, @prompt_name, @prompt_version, @response_id, @question)
          AS t (day, start_ns, duration_ns, kind, status, cost_provided, trace_id, span_id, parent_span_id, name, raw_name, otel_kind,
            status_message, error_type, service, host, environment, release, service_version, tags, session_id, user_id, request_id,
            operation, provider, requested_model, model, input_tokens, output_tokens, cached_input_tokens, cache_write_input_tokens,
            reasoning_tokens, total_tokens, cost_input, cost_output, cost_total, cost_currency, time_to_first_token_ms, finish_reasons,
            workflow_name, agent_name, prompt_name, prompt_version, response_id, question)
        ON CONFLICT (project_id, trace_id, span_id, day) DO NOTHING
        RETURNING trace_id, span_id
        """;

    private const string InsertContents = """
        INSERT INTO span_contents (day, project_id, json_bytes, trace_id, span_id, body)
        SELECT day, @project_id, json_bytes, trace_id, span_id, body
        FROM unnest(@day, @json_bytes, @trace_id, @span_id, @body) AS t (day, json_bytes, trace_id, span_id, body)
        ON CONFLICT (project_id, trace_id, span_id, day) DO NOTHING
        """;

    /// <summary>Returns the keys of the rows that are new.</summary>
    public static NpgsqlBatchCommand Spans(int projectId, IReadOnlyList<PreparedSpan> spans)
    {
        var command = new NpgsqlBatchCommand(InsertSpans);
        var columns = new Columns(command, spans);
        columns.Project(projectId);
        columns.Add("day", NpgsqlDbType.Date, span => span.Day);
        columns.Add("start_ns", NpgsqlDbType.Bigint, span => span.Record.Span.StartUnixNano);
        columns.Add("duration_ns", NpgsqlDbType.Bigint, span => span.Record.Span.DurationNano);
        columns.Add("kind", NpgsqlDbType.Smallint, span => (short)span.Record.Span.Kind);
        columns.Add("status", NpgsqlDbType.Smallint, span => (short)span.Record.Span.Status);
        columns.Add("cost_provided", NpgsqlDbType.Boolean, span => span.Record.Span.Cost?.Provided);
        columns.Add("trace_id", NpgsqlDbType.Text, span => span.Key.TraceId);
        columns.Add("span_id", NpgsqlDbType.Text, span => span.Key.SpanId);
        columns.Add("parent_span_id", NpgsqlDbType.Text, span => StorableText.Id(span.Record.Span.ParentSpanId));
        columns.Text("name", span => span.Name);
        columns.Text("raw_name", span => span.RawName);
        columns.Text("otel_kind", span => span.OtelKind);
        columns.Text("status_message", span => span.StatusMessage);
        columns.Text("error_type", span => span.ErrorType);
        columns.Text("service", span => span.Service);
        columns.Text("host", span => span.Host);
        columns.Text("environment", span => span.Environment);
        columns.Text("release", span => span.Release);
        columns.Text("service_version", span => span.Version);
        columns.Add("tags", NpgsqlDbType.Text, span => ArrayLiteral(span.Record.Span.Tags));
        columns.Text("session_id", span => span.SessionId);
        columns.Text("user_id", span => span.UserId);
        columns.Text("request_id", span => span.RequestId);
        columns.Text("operation", span => span.Operation);
        columns.Text("provider", span => span.Provider);
        columns.Text("requested_model", span => span.RequestedModel);
        columns.Text("model", span => span.Model);
        columns.Add("input_tokens", NpgsqlDbType.Bigint, span => span.Record.Span.Usage?.InputTokens);
        columns.Add("output_tokens", NpgsqlDbType.Bigint, span => span.Record.Span.Usage?.OutputTokens);
        columns.Add("cached_input_tokens", NpgsqlDbType.Bigint, span => span.Record.Span.Usage?.CachedInputTokens);
        columns.Add("cache_write_input_tokens", NpgsqlDbType.Bigint, span => span.Record.Span.Usage?.CacheWriteInputTokens);
        columns.Add("reasoning_tokens", NpgsqlDbType.Bigint, span => span.Record.Span.Usage?.ReasoningTokens);
        columns.Add("total_tokens", NpgsqlDbType.Bigint, span => span.Record.Span.Usage?.TotalTokens);
        columns.Add("cost_input", NpgsqlDbType.Numeric, span => span.Record.Span.Cost?.Input);
        columns.Add("cost_output", NpgsqlDbType.Numeric, span => span.Record.Span.Cost?.Output);
        columns.Add("cost_total", NpgsqlDbType.Numeric, span => span.Record.Span.Cost?.Total);
        columns.Text("cost_currency", span => span.Cost?.Currency);
        columns.Add("time_to_first_token_ms", NpgsqlDbType.Double, span => span.Record.Span.TimeToFirstTokenMs);
        columns.Add("finish_reasons", NpgsqlDbType.Text, span => ArrayLiteral(span.Record.Span.FinishReasons));
        columns.Text("workflow_name", span => span.WorkflowName);
        columns.Text("agent_name", span => span.AgentName);
        columns.Text("prompt_name", span => span.PromptName);
        columns.Text("prompt_version", span => span.PromptVersion);
        columns.Text("response_id", span => span.ResponseId);
        columns.Text("question", span => span.Question);
        return command;
    }

    public static NpgsqlBatchCommand Contents(int projectId, IReadOnlyList<PreparedSpan> spans)
    {
        var command = new NpgsqlBatchCommand(InsertContents);
        var columns = new Columns(command, spans);
        columns.Project(projectId);
        columns.Add("day", NpgsqlDbType.Date, span => span.Day);
        columns.Add("json_bytes", NpgsqlDbType.Integer, span => span.Content.JsonBytes);
        columns.Add("trace_id", NpgsqlDbType.Text, span => span.Key.TraceId);
        columns.Add("span_id", NpgsqlDbType.Text, span => span.Key.SpanId);
        columns.Add("body", NpgsqlDbType.Bytea, span => span.Content.Body);
        return command;
    }

    internal static string ArrayLiteral(IReadOnlyList<string> values)
    {
        if (values.Count == 0)
        {
            return "{}";
        }

        var literal = new StringBuilder("{");
        foreach (var value in values)
        {
            literal
                .Append(literal.Length > 1 ? ",\"" : "\"")
                .Append(StorableText.Clean(value).Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal))
                .Append('"');
        }

        return literal.Append('}').ToString();
    }

    private readonly struct Columns(NpgsqlBatchCommand command, IReadOnlyList<PreparedSpan> spans)
    {
        public void Project(int projectId) => command.Parameters.Add(new NpgsqlParameter<int>("project_id", projectId));

        public void Text(string name, Func<Span, string?> value) => Add(name, NpgsqlDbType.Text, span => StorableText.Clean(value(span.Record.Span)));

        public void Add<T>(string name, NpgsqlDbType type, Func<PreparedSpan, T> value)
        {
            var values = new T[spans.Count];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = value(spans[i]);
            }

            command.Parameters.Add(new NpgsqlParameter<T[]>(name, NpgsqlDbType.Array | type) { TypedValue = values });
        }
    }
}
