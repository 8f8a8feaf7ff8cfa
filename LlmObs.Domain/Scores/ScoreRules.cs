using System.Text;

namespace LlmObs.Domain.Scores;

/// <summary>What a score must be, whichever door it comes through. Limits are in characters.</summary>
public static class ScoreRules
{
    public const int MaxId = 250;
    public const int MaxName = 200;
    public const int MaxLabel = 500;
    public const int MaxComment = 10_000;
    public const int MaxMetadataBytes = 64 * 1024;

    /// <summary>What is wrong, with the field and the limit; null when the score can be kept.</summary>
    public static (string Field, string Problem)? Fault(Score score)
    {
        if (Length("id", score.Id, 1, MaxId) is { } id)
        {
            return id;
        }

        if (Length("name", score.Name, 1, MaxName) is { } name)
        {
            return name;
        }

        foreach (
            var (field, text) in (ReadOnlySpan<(string, string?)>)
                [("traceId", score.TraceId), ("spanId", score.SpanId), ("sessionId", score.SessionId), ("requestId", score.RequestId)]
        )
        {
            if (text is not null && Length(field, text, 1, 800) is { } fault)
            {
                return fault;
            }
        }

        if (score.SpanId is not null && score.TraceId is null)
        {
            return ("spanId", "needs traceId beside it.");
        }

        if (score is { TraceId: null, SessionId: null, RequestId: null })
        {
            return ("traceId", "is missing: a score is for a traceId (with or without spanId), a sessionId or a requestId.");
        }

        return ValueFault(score)
            ?? (score.Comment is not null ? Length("comment", score.Comment, 0, MaxComment) : null)
            ?? (
                Encoding.UTF8.GetByteCount(score.Metadata.Text ?? "") > MaxMetadataBytes
                    ? ("metadata", $"is longer than {MaxMetadataBytes} bytes.")
                    : null
            );
    }

    private static (string, string)? ValueFault(Score score) =>
        score.Type switch
        {
            ScoreType.Numeric when score.Value is not { } number || !double.IsFinite(number) => ("value", "is not a number."),
            ScoreType.Boolean when score.Value is not (0 or 1) => ("value", "of a boolean score is 0, 1, true or false."),
            ScoreType.Categorical or ScoreType.Text when score.Label is null => ("value", "is not a text."),
            _ => score.Label is null ? null : Length("value", score.Label, 1, score.Type == ScoreType.Text ? MaxComment : MaxLabel),
        };

    private static (string, string)? Length(string field, string text, int min, int max) =>
        text.Length < min ? (field, "is empty.")
        : text.Length > max ? (field, $"has {text.Length} characters; the limit is {max}.")
        : null;
}
