namespace LlmObs.Domain.Quality;

/// <summary>What the quality measures need to know of one request (one trace). Worked out by <see cref="FactReader"/>, never counted up: spans and scores may come late.</summary>
public sealed record RequestFact
{
    public required int ProjectId { get; init; }
    public required string TraceId { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public string? Service { get; init; }
    public string? Release { get; init; }
    public string? Environment { get; init; }
    public string? UserId { get; init; }
    public string? SessionId { get; init; }
    public string? Question { get; init; }

    /// <summary>The same for questions that ask the same (<see cref="Questions"/>).</summary>
    public long? QuestionKey { get; init; }

    /// <summary>What the application put on its spans to group requests by: the group of the user, for instance.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary><c>name</c> or <c>name@version</c> of every prompt used.</summary>
    public IReadOnlyList<string> Prompts { get; init; } = [];

    public required double DurationMs { get; init; }

    /// <summary>From the question to the first token of the last streamed answer.</summary>
    public double? FirstTokenMs { get; init; }

    public required bool HasFailed { get; init; }
    public string? ErrorType { get; init; }

    /// <summary>Name of the step that failed first.</summary>
    public string? ErrorStep { get; init; }

    public string? ErrorMessage { get; init; }
    public long? InputTokens { get; init; }
    public long? OutputTokens { get; init; }

    /// <summary>Null when there is no price, or prices in several currencies: they have no sum.</summary>
    public decimal? Cost { get; init; }

    public string? Currency { get; init; }

    /// <summary>Distinct SQL statements that an evaluator judged, and those of them that ran.</summary>
    public int SqlJudged { get; init; }

    public int SqlExecutable { get; init; }

    /// <summary>Whether the last judged statement ran: the one whose result the user saw.</summary>
    public bool? SqlFinal { get; init; }

    /// <summary>Outcome and message of the last judged statement when it did not run.</summary>
    public string? SqlOutcome { get; init; }

    public string? SqlMessage { get; init; }
    public int DataChecked { get; init; }
    public int DataValid { get; init; }

    /// <summary>The rule that the last checked result broke.</summary>
    public string? DataOutcome { get; init; }

    public string? DataMessage { get; init; }
    public double? ExplicitStars { get; init; }

    /// <summary>Signals that the application sent; those that the session shows are added where they are stored.</summary>
    public IReadOnlyList<string> SentSignals { get; init; } = [];

    public double? ReverseStars { get; init; }

    /// <summary>A program or a model judged it.</summary>
    public bool IsEvaluated { get; init; }

    /// <summary>A person judged it who is not its user.</summary>
    public bool IsLabelled { get; init; }

    public IReadOnlyList<StepFact> Steps { get; init; } = [];
}

/// <summary>The spans of one name and kind in a request, taken together. The root is the request itself, and no step.</summary>
/// <param name="DurationMs">Of all of them, summed.</param>
/// <param name="Cost">Null like <see cref="RequestFact.Cost"/>.</param>
public sealed record StepFact(string Name, int Kind, int Runs, int Failed, double DurationMs, decimal? Cost, string? Currency);
