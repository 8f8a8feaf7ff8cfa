namespace LlmObs.Domain.Spans;

/// <summary>
/// One step of a trace as the explorer lists it: wide, flat, small. What it said and was told is in <see cref="SpanContent"/>.
/// Fields and their sources are in docs/wire-formats.md.
/// </summary>
public sealed record Span
{
    /// <summary>The operation of a step that holds one of several ways a workflow went at once.</summary>
    public const string ParallelBranch = "parallel_branch";

    /// <summary>32 lower-case hex digits from OTLP; other sources may send any text up to 800 characters.</summary>
    public required string TraceId { get; init; }

    /// <summary>16 lower-case hex digits from OTLP. With the project and <see cref="TraceId"/> the span's identity.</summary>
    public required string SpanId { get; init; }

    /// <summary>Null for a root.</summary>
    public string? ParentSpanId { get; init; }

    /// <summary>The display name: the tool's or task's own name where it has one.</summary>
    public required string Name { get; init; }

    /// <summary>The name as sent.</summary>
    public string RawName { get; init; } = "";

    public SpanKind Kind { get; init; }
    public SpanStatus Status { get; init; }
    public string? StatusMessage { get; init; }
    public string? ErrorType { get; init; }

    /// <summary>Nanoseconds since 1970; 64 bits reach to 2262.</summary>
    public required long StartUnixNano { get; init; }

    /// <summary>Nanoseconds, never negative.</summary>
    public required long DurationNano { get; init; }

    /// <summary>OTLP's own kind in lower case: internal, server, client, producer, consumer, unspecified.</summary>
    public string OtelKind { get; init; } = "unspecified";

    public string? Service { get; init; }
    public string? Host { get; init; }
    public string? Environment { get; init; }
    public string? Release { get; init; }
    public string? Version { get; init; }
    public IReadOnlyList<string> Tags { get; init; } = [];
    public string? SessionId { get; init; }
    public string? UserId { get; init; }

    /// <summary>The business request that joins traces into one.</summary>
    public string? RequestId { get; init; }

    public string? Operation { get; init; }
    public string? Provider { get; init; }
    public string? RequestedModel { get; init; }

    /// <summary>The model that served the call, as it named itself; null when it did not say.</summary>
    public string? Model { get; init; }

    public TokenUsage? Usage { get; init; }
    public Cost? Cost { get; init; }
    public double? TimeToFirstTokenMs { get; init; }

    /// <summary>stop, length, tool_calls, content_filter, error, other.</summary>
    public IReadOnlyList<string> FinishReasons { get; init; } = [];

    public string? WorkflowName { get; init; }
    public string? AgentName { get; init; }
    public string? PromptName { get; init; }
    public string? PromptVersion { get; init; }
    public string? ResponseId { get; init; }

    /// <summary>What was asked, in one line of at most 500 characters: the last user message, or the input. Titles lists.</summary>
    public string? Question { get; init; }

    public bool IsParallelBranch => Operation == ParallelBranch;
    public string? DisplayModel => Model ?? RequestedModel;
    public long EndUnixNano => StartUnixNano + DurationNano;
    public double DurationMs => DurationNano / 1e6;
}

/// <summary>All a span carried besides its row: kept beside it, compressed, any size.</summary>
public sealed record SpanContent
{
    public static readonly SpanContent Empty = new();

    /// <summary>The raw input as sent: text, or a JSON document as text.</summary>
    public string? Input { get; init; }

    public string? Output { get; init; }

    /// <summary>System instructions first, then input, then output, in order.</summary>
    public IReadOnlyList<Message> Messages { get; init; } = [];

    public string? RetrievalQuery { get; init; }
    public IReadOnlyList<RetrievedDocument> Documents { get; init; } = [];

    /// <summary>On a model call the tools offered; on a tool span the one that ran.</summary>
    public IReadOnlyList<Tool> Tools { get; init; } = [];

    /// <summary>temperature, top_p, max_tokens, stop, seed, … as one JSON object.</summary>
    public JsonText Parameters { get; init; } = JsonText.EmptyObject;

    /// <summary>What the prompt was made of; null when the sender did not say.</summary>
    public PromptTemplate? Prompt { get; init; }

    public IReadOnlyList<SpanEvent> Events { get; init; } = [];
    public IReadOnlyList<SpanLink> Links { get; init; } = [];

    /// <summary>Every attribute as received, one flat JSON object.</summary>
    public JsonText Attributes { get; init; } = JsonText.EmptyObject;

    /// <summary>The resource's attributes as received.</summary>
    public JsonText Resource { get; init; } = JsonText.EmptyObject;

    public string? ScopeName { get; init; }
    public string? ScopeVersion { get; init; }
    public string? TraceState { get; init; }

    /// <summary>What ingest changed or cut, in plain words, shown on the span.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>A span with everything it carried.</summary>
public sealed record SpanRecord(Span Span, SpanContent Content)
{
    /// <summary>1 when the span came; one more each time it was changed after that. Readers of several copies take the highest.</summary>
    public int Revision { get; init; } = 1;

    /// <summary>When the record took the span; null until it has.</summary>
    public DateTimeOffset? ReceivedAt { get; init; }
}

/// <summary>What an endpoint hands to the writer: spans of one project, accepted together or not at all.</summary>
public sealed record SpanBatch(Project Project, IReadOnlyList<SpanRecord> Spans, IReadOnlyList<LateContent> LateContents)
{
    public SpanBatch(Project project, IReadOnlyList<SpanRecord> spans)
        : this(project, spans, []) { }
}

/// <summary>
/// Content of a span that came apart from it, as a log record, before or after the span itself.
/// The writer keeps it; it is merged by <see cref="SpanMerge"/> once both are there.
/// </summary>
/// <param name="Key">A hash of what was sent, so that a repeat is kept once.</param>
public sealed record LateContent(
    string TraceId,
    string SpanId,
    string Key,
    SpanEvent Event,
    IReadOnlyList<Message> Messages,
    IReadOnlyList<Tool> Tools,
    TokenUsage? Usage,
    string? ErrorType,
    string? ErrorMessage,
    IReadOnlyList<string> FinishReasons
);
