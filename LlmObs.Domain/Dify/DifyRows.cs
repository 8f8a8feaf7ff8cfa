namespace LlmObs.Domain.Dify;

/// <summary>One execution of a workflow or chatflow, as Dify keeps it. JSON members are Dify's texts as they stand there, sound or not.</summary>
public sealed record DifyRun
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Guid AppId { get; init; }
    public Guid? WorkflowId { get; init; }

    /// <summary><c>workflow</c>, <c>chat</c> or <c>rag-pipeline</c>.</summary>
    public string Type { get; init; } = "workflow";

    public string TriggeredFrom { get; init; } = "";
    public string? Version { get; init; }
    public required string Status { get; init; }
    public string? Inputs { get; init; }
    public string? Outputs { get; init; }
    public string? Error { get; init; }

    /// <summary>Seconds; 0 until it ended.</summary>
    public double ElapsedSeconds { get; init; }

    /// <summary>Its own and those of the runs it started: not to be added up.</summary>
    public long TotalTokens { get; init; }

    public int Exceptions { get; init; }
    public required DifyCreator Creator { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When the row was last written, as far as it tells. Of two states of a row the later counts.</summary>
    public DateTimeOffset ChangedAt
    {
        get => field == default ? EndedAt ?? StartedAt : field;
        init;
    }

    /// <summary>It may still change.</summary>
    public bool IsOpen => Status is "running" or "paused" or "scheduled";
}

/// <summary>Who started something: an account of the console or an end user of an app.</summary>
/// <param name="Role"><c>account</c> or <c>end_user</c>.</param>
public readonly record struct DifyCreator(string Role, Guid Id)
{
    public bool IsAccount => Role == "account";
}

/// <summary>One execution of a node.</summary>
public sealed record DifyNode
{
    public required Guid Id { get; init; }
    public required Guid RunId { get; init; }
    public required Guid TenantId { get; init; }
    public required Guid AppId { get; init; }

    /// <summary>Its order of start in the run, from 1.</summary>
    public int Index { get; init; }

    /// <summary>The node's id on the canvas; a node in a loop runs many times under it.</summary>
    public required string NodeId { get; init; }

    public required string Type { get; init; }
    public required string Title { get; init; }
    public required string Status { get; init; }
    public string? Inputs { get; init; }
    public string? ProcessData { get; init; }
    public string? Outputs { get; init; }
    public string? Error { get; init; }
    public double ElapsedSeconds { get; init; }

    /// <summary>Dify's <c>execution_metadata</c>.</summary>
    public string? Metadata { get; init; }

    public required DifyCreator Creator { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Of <c>inputs</c>, <c>process_data</c>, <c>outputs</c> those that hold a cut copy; the whole is a file of Dify's.</summary>
    public IReadOnlyList<string> CutColumns { get; init; } = [];

    /// <summary>When the row was last written, as far as it tells. Of two states of a row the later counts.</summary>
    public DateTimeOffset ChangedAt
    {
        get => field == default ? LastsUntil ?? StartedAt : field;
        init;
    }

    public DateTimeOffset? LastsUntil => EndedAt ?? (ElapsedSeconds > 0 ? StartedAt.AddSeconds(ElapsedSeconds) : null);
}

/// <summary>A question and its answer in any app with a conversation, or of a completion app.</summary>
public sealed record DifyMessage
{
    public required Guid Id { get; init; }
    public required Guid AppId { get; init; }
    public Guid? ConversationId { get; init; }

    /// <summary>Null of apps without a workflow, and of a message that failed before its run began.</summary>
    public Guid? RunId { get; init; }

    public string? Query { get; init; }
    public string? Answer { get; init; }

    /// <summary>The prompt, a JSON list; empty of chatflows.</summary>
    public string? Prompt { get; init; }

    public string? Provider { get; init; }
    public string? Model { get; init; }
    public long InputTokens { get; init; }
    public long OutputTokens { get; init; }
    public decimal? TotalPrice { get; init; }
    public string? Currency { get; init; }

    /// <summary>Seconds.</summary>
    public double Latency { get; init; }

    public required string Status { get; init; }
    public string? Error { get; init; }
    public string? Metadata { get; init; }
    public string? InvokeFrom { get; init; }
    public Guid? EndUserId { get; init; }
    public Guid? AccountId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    public bool IsOpen => Status == "paused" || (string.IsNullOrEmpty(Answer) && string.IsNullOrEmpty(Error));

    /// <summary>The trace it belongs to: its run's, or one of its own.</summary>
    public string TraceId => DifyIds.Trace(RunId ?? Id);

    public DifyCreator? Creator =>
        EndUserId is { } user ? new("end_user", user)
        : AccountId is { } account ? new("account", account)
        : null;
}

/// <summary>A step of an agent app's answer.</summary>
public sealed record DifyThought
{
    public required Guid Id { get; init; }
    public required Guid MessageId { get; init; }
    public int Position { get; init; }
    public string? Thought { get; init; }

    /// <summary>Names of the tools it called, between them <c>;</c>.</summary>
    public string? Tool { get; init; }

    /// <summary>JSON: arguments by tool name.</summary>
    public string? ToolInput { get; init; }

    /// <summary>JSON: results by tool name; or plain text.</summary>
    public string? Observation { get; init; }

    /// <summary>JSON: <c>time_cost</c>, <c>error</c>, <c>tool_config</c> by tool name.</summary>
    public string? ToolMeta { get; init; }

    public string? Answer { get; init; }

    /// <summary>The prompt, a JSON list.</summary>
    public string? Prompt { get; init; }

    public long InputTokens { get; init; }
    public long OutputTokens { get; init; }
    public decimal? TotalPrice { get; init; }
    public string? Currency { get; init; }

    /// <summary>Seconds.</summary>
    public double Latency { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A thumb up or down on a message. Withdrawn, its row is gone.</summary>
/// <param name="Rating"><c>like</c> or <c>dislike</c>.</param>
/// <param name="Side"><c>user</c> or <c>admin</c>; each side has one.</param>
public sealed record DifyFeedback(Guid Id, Guid MessageId, string Rating, string? Text, string Side, DateTimeOffset UpdatedAt);

/// <summary>The answer an editor wants in place of the one given.</summary>
public sealed record DifyAnnotation(Guid Id, Guid MessageId, string Text, DateTimeOffset UpdatedAt);
