using LlmObs.Domain.Spans;

namespace LlmObs.Storage.Rows;

/// <summary>A row of <c>spans</c> as Dapper reads it, with its content when the query asked for that.</summary>
internal sealed record SpanRow
{
    /// <summary>What every query of spans selects from <c>spans AS s</c>; the names are those of the properties below.</summary>
    public const string Columns = """
        s.day AS "Day", s.project_id AS "ProjectId", s.version AS "Revision", s.received_at AS "ReceivedAt",
        s.trace_id AS "TraceId", s.span_id AS "SpanId", s.parent_span_id AS "ParentSpanId", s.name AS "Name", s.raw_name AS "RawName",
        s.kind AS "Kind", s.status AS "Status", s.status_message AS "StatusMessage", s.error_type AS "ErrorType",
        s.start_ns AS "StartNs", s.duration_ns AS "DurationNs", s.otel_kind AS "OtelKind",
        s.service AS "Service", s.host AS "Host", s.environment AS "Environment", s.release AS "Release", s.service_version AS "ServiceVersion",
        s.tags AS "Tags", s.session_id AS "SessionId", s.user_id AS "UserId", s.request_id AS "RequestId",
        s.operation AS "Operation", s.provider AS "Provider", s.requested_model AS "RequestedModel", s.model AS "Model",
        s.input_tokens AS "InputTokens", s.output_tokens AS "OutputTokens", s.cached_input_tokens AS "CachedInputTokens",
        s.cache_write_input_tokens AS "CacheWriteInputTokens", s.reasoning_tokens AS "ReasoningTokens", s.total_tokens AS "TotalTokens",
        s.cost_input AS "CostInput", s.cost_output AS "CostOutput", s.cost_total AS "CostTotal", s.cost_currency AS "CostCurrency", s.cost_provided AS "CostProvided",
        s.time_to_first_token_ms AS "TimeToFirstTokenMs", s.finish_reasons AS "FinishReasons",
        s.workflow_name AS "WorkflowName", s.agent_name AS "AgentName", s.prompt_name AS "PromptName", s.prompt_version AS "PromptVersion",
        s.response_id AS "ResponseId", s.question AS "Question"
        """;

    /// <summary>What a tree is drawn from: half of the columns, since a tree may have 100,000 rows.</summary>
    public const string TreeColumns = """
        s.trace_id AS "TraceId", s.span_id AS "SpanId", s.parent_span_id AS "ParentSpanId", s.name AS "Name", s.raw_name AS "RawName",
        s.kind AS "Kind", s.status AS "Status", s.status_message AS "StatusMessage", s.error_type AS "ErrorType",
        s.start_ns AS "StartNs", s.duration_ns AS "DurationNs", s.service AS "Service", s.environment AS "Environment", s.release AS "Release",
        NULLIF(s.tags, '{}') AS "Tags", s.session_id AS "SessionId", s.user_id AS "UserId", s.request_id AS "RequestId",
        s.operation AS "Operation", s.requested_model AS "RequestedModel", s.model AS "Model",
        s.input_tokens AS "InputTokens", s.output_tokens AS "OutputTokens", s.total_tokens AS "TotalTokens",
        s.cost_total AS "CostTotal", s.cost_currency AS "CostCurrency", s.time_to_first_token_ms AS "TimeToFirstTokenMs",
        s.workflow_name AS "WorkflowName", s.prompt_name AS "PromptName", s.question AS "Question"
        """;

    /// <summary>The content's columns, from <c>span_contents AS c</c>.</summary>
    public const string ContentColumns = """c.body AS "Body", c.json_bytes AS "JsonBytes" """;

    public DateOnly Day { get; init; }
    public int ProjectId { get; init; }
    public int Revision { get; init; }
    public DateTime ReceivedAt { get; init; }
    public string TraceId { get; init; } = "";
    public string SpanId { get; init; } = "";
    public string? ParentSpanId { get; init; }
    public string Name { get; init; } = "";
    public string RawName { get; init; } = "";
    public short Kind { get; init; }
    public short Status { get; init; }
    public string? StatusMessage { get; init; }
    public string? ErrorType { get; init; }
    public long StartNs { get; init; }
    public long DurationNs { get; init; }
    public string OtelKind { get; init; } = "";
    public string? Service { get; init; }
    public string? Host { get; init; }
    public string? Environment { get; init; }
    public string? Release { get; init; }
    public string? ServiceVersion { get; init; }
    public string[] Tags { get; init; } = [];
    public string? SessionId { get; init; }
    public string? UserId { get; init; }
    public string? RequestId { get; init; }
    public string? Operation { get; init; }
    public string? Provider { get; init; }
    public string? RequestedModel { get; init; }
    public string? Model { get; init; }
    public long? InputTokens { get; init; }
    public long? OutputTokens { get; init; }
    public long? CachedInputTokens { get; init; }
    public long? CacheWriteInputTokens { get; init; }
    public long? ReasoningTokens { get; init; }
    public long? TotalTokens { get; init; }
    public decimal? CostInput { get; init; }
    public decimal? CostOutput { get; init; }
    public decimal? CostTotal { get; init; }
    public string? CostCurrency { get; init; }
    public bool? CostProvided { get; init; }
    public double? TimeToFirstTokenMs { get; init; }
    public string[] FinishReasons { get; init; } = [];
    public string? WorkflowName { get; init; }
    public string? AgentName { get; init; }
    public string? PromptName { get; init; }
    public string? PromptVersion { get; init; }
    public string? ResponseId { get; init; }
    public string? Question { get; init; }
    public byte[]? Body { get; init; }
    public int JsonBytes { get; init; }

    /// <summary>Of the whole body, where a query took only its beginning.</summary>
    public int BodyBytes { get; init; }

    public SpanRecord ToRecord() => ToRecord(Body is null ? SpanContent.Empty : ContentCodec.DecodeContent(Body, JsonBytes));

    public SpanRecord ToRecord(SpanContent content) => new(ToSpan(), content) { Revision = Revision, ReceivedAt = new(ReceivedAt) };

    public Span ToSpan() =>
        new()
        {
            TraceId = TraceId,
            SpanId = SpanId,
            ParentSpanId = ParentSpanId,
            Name = Name,
            RawName = RawName,
            Kind = (SpanKind)Kind,
            Status = (SpanStatus)Status,
            StatusMessage = StatusMessage,
            ErrorType = ErrorType,
            StartUnixNano = StartNs,
            DurationNano = DurationNs,
            OtelKind = OtelKind,
            Service = Service,
            Host = Host,
            Environment = Environment,
            Release = Release,
            Version = ServiceVersion,
            Tags = Tags,
            SessionId = SessionId,
            UserId = UserId,
            RequestId = RequestId,
            Operation = Operation,
            Provider = Provider,
            RequestedModel = RequestedModel,
            Model = Model,
            Usage = Usage(),
            Cost = CostTotal is { } total ? new(CostInput, CostOutput, total, CostCurrency ?? "USD", CostProvided ?? true) : null,
            TimeToFirstTokenMs = TimeToFirstTokenMs,
            FinishReasons = FinishReasons,
            WorkflowName = WorkflowName,
            AgentName = AgentName,
            PromptName = PromptName,
            PromptVersion = PromptVersion,
            ResponseId = ResponseId,
            Question = Question,
        };

    // A usage that says nothing reads back as none.
    private TokenUsage? Usage() =>
        (InputTokens ?? OutputTokens ?? CachedInputTokens ?? CacheWriteInputTokens ?? ReasoningTokens ?? TotalTokens) is null
            ? null
            : new(InputTokens, OutputTokens, CachedInputTokens, CacheWriteInputTokens, ReasoningTokens, TotalTokens);
}
