using System.Text.Json;
using LlmObs.Domain;
using LlmObs.Domain.Scores;

namespace LlmObs.Api;

/// <summary>A score as it is sent. For a trace, a span of it, a session or a request; each may come later than its score.</summary>
/// <param name="Id">Idempotency: the same id again replaces the score. At most 250 characters; made when left out.</param>
/// <param name="SpanId">Needs <paramref name="TraceId"/>.</param>
/// <param name="Name">At most 200 characters. Feedback may leave it out.</param>
/// <param name="Value">A number, true, false, or a text (at most 500 characters, 10 000 with type <c>text</c>).</param>
/// <param name="Type">numeric, boolean, categorical or text; told by the value when left out.</param>
/// <param name="Label">A word beside a number.</param>
/// <param name="Comment">At most 10 000 characters.</param>
/// <param name="Source">Who says so; <c>api</c> or <c>feedback</c> when left out.</param>
/// <param name="Time">ISO 8601; now when left out.</param>
/// <param name="Metadata">Any JSON of at most 64 KiB.</param>
public sealed record ApiScoreInput(
    string? Id,
    string? TraceId,
    string? SpanId,
    string? SessionId,
    string? RequestId,
    string? Name,
    JsonElement? Value,
    string? Type,
    string? Label,
    string? Comment,
    string? Source,
    string? Time,
    JsonElement? Metadata
);

public sealed record ApiScoreId(string Id);

/// <param name="Value">A number, a boolean or a text.</param>
/// <param name="Time">ISO 8601, UTC.</param>
public sealed record ApiScore(
    string Id,
    string? TraceId,
    string? SpanId,
    string? SessionId,
    string? RequestId,
    string Name,
    ScoreType Type,
    object? Value,
    string? Label,
    string? Comment,
    string Source,
    string Time,
    JsonText Metadata
)
{
    public static ApiScore From(Score score) =>
        new(
            score.Id,
            score.TraceId,
            score.SpanId,
            score.SessionId,
            score.RequestId,
            score.Name,
            score.Type,
            score.Type switch
            {
                ScoreType.Numeric => score.Value,
                ScoreType.Boolean => score.Value == 1,
                _ => score.Label,
            },
            score.Label,
            score.Comment,
            score.Source,
            ApiTime.Text(score.UnixMicros * 1000),
            score.Metadata
        );
}

/// <param name="NextCursor">Null on the last page.</param>
public sealed record ApiScorePage(IReadOnlyList<ApiScore> Scores, string? NextCursor);
