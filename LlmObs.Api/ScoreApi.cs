using System.Globalization;
using System.Text.Json;
using LlmObs.Domain;
using LlmObs.Domain.Scores;
using LlmObs.Storage.Reading;
using LlmObs.Storage.Redaction;
using LlmObs.Storage.Writing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LlmObs.Api;

/// <summary>Scores and feedback: written by whoever may send spans, read by whoever may read them.</summary>
internal static class ScoreApi
{
    private const int MaxLimit = 1000;
    private const string FeedbackName = "user_feedback";

    /// <summary>Keeps a score; the same id again replaces it.</summary>
    public static Task<Ok<ApiScoreId>> PostScoreAsync(
        HttpContext context,
        ApiScoreInput score,
        ScoreWriter writer,
        Redactor redactor,
        RedactionCounts counts,
        TimeProvider time,
        CancellationToken cancellationToken
    ) => WriteAsync(context, Read(score, "api", score.Name, time), writer, redactor, counts, cancellationToken);

    /// <summary>Keeps what a user thinks of an answer: a score named <c>user_feedback</c> unless it says otherwise.</summary>
    public static Task<Ok<ApiScoreId>> PostFeedbackAsync(
        HttpContext context,
        ApiScoreInput feedback,
        ScoreWriter writer,
        Redactor redactor,
        RedactionCounts counts,
        TimeProvider time,
        CancellationToken cancellationToken
    ) => WriteAsync(context, Read(feedback, "feedback", feedback.Name ?? FeedbackName, time), writer, redactor, counts, cancellationToken);

    /// <param name="atLeast">The least number; of booleans 0 or 1.</param>
    /// <param name="atMost">The greatest number.</param>
    /// <param name="label">The word of a categorical score, or the label beside a number.</param>
    /// <param name="cursor">nextCursor of the page before.</param>
    /// <param name="limit">1–1000, 50 when left out.</param>
    public static async Task<Ok<ApiScorePage>> FindScoresAsync(
        HttpContext context,
        ScoreReader reader,
        string? traceId,
        string? spanId,
        string? sessionId,
        string? requestId,
        string? name,
        double? atLeast,
        double? atMost,
        string? label,
        string? cursor,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        var size = ApiLimit.Read(limit, MaxLimit);
        var filter = new ScoreFilter(traceId, spanId, sessionId, requestId, name, After(cursor))
        {
            AtLeast = atLeast,
            AtMost = atMost,
            Label = label,
        };
        var scores = await reader.PageAsync(ApiAccess.ProjectOf(context).Id, filter, size, cancellationToken);
        var next = scores.Count == size ? Cursor(scores[^1]) : null;
        return TypedResults.Ok(new ApiScorePage([.. scores.Select(ApiScore.From)], next));
    }

    private static async Task<Ok<ApiScoreId>> WriteAsync(
        HttpContext context,
        Score score,
        ScoreWriter writer,
        Redactor redactor,
        RedactionCounts counts,
        CancellationToken cancellationToken
    )
    {
        if (ScoreRules.Fault(score) is var (field, problem))
        {
            throw new ApiArgumentException(field, problem);
        }

        var project = ApiAccess.ProjectOf(context);
        var redacted = redactor.Redact(project, score);
        await counts.StoreAsync(cancellationToken);
        await writer.WriteAsync(project, [redacted], cancellationToken);
        return TypedResults.Ok(new ApiScoreId(score.Id));
    }

    private static Score Read(ApiScoreInput sent, string source, string? name, TimeProvider time)
    {
        var value = sent.Value ?? default;
        var type = sent.Type is null ? TypeOf(value.ValueKind) : TypeOf(sent.Type);
        return new(
            sent.Id ?? Guid.CreateVersion7(time.GetUtcNow()).ToString(),
            sent.TraceId,
            sent.SpanId,
            sent.SessionId,
            sent.RequestId,
            name ?? "",
            type,
            type is ScoreType.Numeric or ScoreType.Boolean ? Number(value) : null,
            value.ValueKind == JsonValueKind.String ? value.GetString()
                : type is ScoreType.Numeric or ScoreType.Boolean ? sent.Label
                : null,
            sent.Comment,
            sent.Source ?? source,
            ((sent.Time is null ? time.GetUtcNow() : TimeOf(sent.Time)) - DateTimeOffset.UnixEpoch).Ticks / 10,
            sent.Metadata is { ValueKind: not JsonValueKind.Null } metadata ? new JsonText(metadata.GetRawText()) : default
        );
    }

    private static ScoreType TypeOf(JsonValueKind kind) =>
        kind switch
        {
            JsonValueKind.Number => ScoreType.Numeric,
            JsonValueKind.True or JsonValueKind.False => ScoreType.Boolean,
            JsonValueKind.String => ScoreType.Categorical,
            _ => throw new ApiArgumentException("value", "a number, true, false or a text is needed."),
        };

    private static ScoreType TypeOf(string word) =>
        Enum.TryParse<ScoreType>(word, ignoreCase: true, out var type) && Enum.IsDefined(type)
            ? type
            : throw new ApiArgumentException("type", $"is numeric, boolean, categorical or text, not '{word}'.");

    private static DateTimeOffset TimeOf(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw new ApiArgumentException("time", $"'{text}' is no ISO 8601 time.");

    private static double? Number(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Number => value.GetDouble(),
            JsonValueKind.True => 1,
            JsonValueKind.False => 0,
            _ => null,
        };

    private static string Cursor(Score score) => string.Create(CultureInfo.InvariantCulture, $"{score.UnixMicros}~{score.Id}");

    private static (long, string)? After(string? cursor)
    {
        if (cursor is null)
        {
            return null;
        }

        var parts = cursor.Split('~', 2);
        return parts.Length == 2 && long.TryParse(parts[0], CultureInfo.InvariantCulture, out var micros)
            ? (micros, parts[1])
            : throw new ApiArgumentException("cursor", "is not one that a page before gave.");
    }
}
