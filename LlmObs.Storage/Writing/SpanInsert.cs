using System.Text;
using LlmObs.Domain.Spans;
using LlmObs.Storage.Rows;
using Npgsql;
using NpgsqlTypes;

namespace LlmObs.Storage.Writing;

/// <summary>One span on its way into the tables: its key and day settled, its content encoded.</summary>
internal sealed record PreparedSpan(SpanKey Key, DateOnly Day, SpanRecord Record, EncodedContent Content);

/// <summary>Writes spans and contents: a few by INSERT, one statement each with a column of the batch as a parameter, many by COPY.</summary>
internal static class SpanInsert
{
    // Below it the round trips of COPY cost more than it saves (docs/adr/0020-group-commit-and-copy.md).
    private const int CopyFrom = 50;

    public const string Names = """
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

    // The LIMIT keeps it one look into the index for each key, whatever the planner thinks of a table that was empty a moment ago.
    private const string SelectKnown = """
        SELECT t.trace_id, t.span_id
        FROM unnest(@day, @trace_id, @span_id) AS t (day, trace_id, span_id)
        CROSS JOIN LATERAL (
            SELECT FROM spans AS s
            WHERE s.project_id = @project_id AND s.trace_id = t.trace_id AND s.span_id = t.span_id AND s.day = t.day
            LIMIT 1
        ) AS known
        """;

    /// <summary>Writes those that are not there yet.</summary>
    /// <param name="mayCopy">False after COPY met a row that came between its look and its write.</param>
    /// <returns>The spans that are new.</returns>
    public static async Task<List<PreparedSpan>> AddAsync(NpgsqlConnection connection, int projectId, List<PreparedSpan> spans, bool mayCopy)
    {
        if (!mayCopy || spans.Count < CopyFrom)
        {
            return await InsertAsync(connection, projectId, spans);
        }

        var known = await KnownAsync(connection, projectId, spans);
        var added = known.Count == 0 ? spans : spans.FindAll(span => !known.Contains(span.Key));
        if (added.Count > 0)
        {
            await SpanCopy.SpansAsync(connection, projectId, added, default);
            await SpanCopy.ContentsAsync(connection, projectId, added, default);
        }

        return added;
    }

    private static async Task<List<PreparedSpan>> InsertAsync(NpgsqlConnection connection, int projectId, List<PreparedSpan> spans)
    {
        await using var insert = new NpgsqlBatch(connection) { BatchCommands = { Spans(projectId, spans), Contents(projectId, spans) } };
        var added = await KeysAsync(insert);
        return added.Count == spans.Count ? spans : spans.FindAll(span => added.Contains(span.Key));
    }

    private static async Task<HashSet<SpanKey>> KnownAsync(NpgsqlConnection connection, int projectId, List<PreparedSpan> spans)
    {
        var command = new NpgsqlBatchCommand(SelectKnown);
        var columns = new Columns(command, spans);
        columns.Project(projectId);
        columns.Add("day", NpgsqlDbType.Date, span => span.Day);
        columns.Add("trace_id", NpgsqlDbType.Text, span => span.Key.TraceId);
        columns.Add("span_id", NpgsqlDbType.Text, span => span.Key.SpanId);
        await using var select = new NpgsqlBatch(connection) { BatchCommands = { command } };
        return await KeysAsync(select);
    }

    // Prepared once for each connection: parsing and planning these statements costs more than running them for one span.
    private static async Task<HashSet<SpanKey>> KeysAsync(NpgsqlBatch batch)
    {
        await batch.PrepareAsync();
        await using var reader = await batch.ExecuteReaderAsync();
        var keys = new HashSet<SpanKey>();
        while (await reader.ReadAsync())
        {
            keys.Add(new(reader.GetString(0), reader.GetString(1)));
        }

        await reader.NextResultAsync();
        return keys;
    }

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
