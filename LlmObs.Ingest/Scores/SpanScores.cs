using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using LlmObs.Domain;
using LlmObs.Domain.Scores;
using LlmObs.Domain.Spans;
using LlmObs.Ingest.Mapping.Content;

namespace LlmObs.Ingest.Scores;

/// <summary>Scores that travel with spans: <c>gen_ai.evaluation.*</c> on the span or as events of it, and OpenInference's annotations.</summary>
internal static partial class SpanScores
{
    private const string Event = "gen_ai.evaluation.result";

    public static IEnumerable<Score> Of(SpanRecord record)
    {
        var span = record.Span;
        foreach (var e in record.Content.Events.Where(e => e.Name == Event))
        {
            if (OfEvaluation(e.Attributes, span.TraceId, span.SpanId, e.TimeUnixNano / 1000) is { } score)
            {
                yield return score;
            }
        }

        // Most spans have none, and their attributes need not be parsed to see it.
        var attributes = record.Content.Attributes.Text ?? "";
        if (attributes.Contains("gen_ai.evaluation.", StringComparison.Ordinal))
        {
            if (OfEvaluation(record.Content.Attributes, span.TraceId, span.SpanId, span.EndUnixNano / 1000) is { } score)
            {
                yield return score;
            }
        }

        if (attributes.Contains("annotation.", StringComparison.Ordinal) || attributes.Contains("evaluation.", StringComparison.Ordinal))
        {
            foreach (var score in OfAnnotations(record))
            {
                yield return score;
            }
        }
    }

    public static IEnumerable<Score> Of(LateContent late) =>
        late.Event.Name == Event && OfEvaluation(late.Event.Attributes, late.TraceId, late.SpanId, late.Event.TimeUnixNano / 1000) is { } score
            ? [score]
            : [];

    private static Score? OfEvaluation(JsonText attributes, string traceId, string spanId, long unixMicros)
    {
        using var document = attributes.Parse();
        var root = document.RootElement;
        return root.MemberText("gen_ai.evaluation.name") is { } name
            ? Sound(
                traceId,
                spanId,
                null,
                name,
                root.MemberNumber("gen_ai.evaluation.score.value"),
                root.MemberText("gen_ai.evaluation.score.label"),
                root.MemberText("gen_ai.evaluation.explanation") ?? root.MemberText("error.type"),
                "otel",
                null,
                unixMicros,
                default
            )
            : null;
    }

    // annotations.0.annotation.score, evaluations.1.evaluation.label, annotation.name; trace. and session. before it widen what is judged.
    private static List<Score> OfAnnotations(SpanRecord record)
    {
        using var document = record.Content.Attributes.Parse();
        var groups = new Dictionary<string, Dictionary<string, JsonElement>>(StringComparer.Ordinal);
        foreach (var attribute in document.RootElement.EnumerateObject())
        {
            if (Annotation().Match(attribute.Name) is { Success: true } match)
            {
                if (!groups.TryGetValue(match.Groups["of"].Value, out var members))
                {
                    groups[match.Groups["of"].Value] = members = new(StringComparer.Ordinal);
                }

                members[match.Groups["member"].Value] = attribute.Value;
            }
        }

        var scores = new List<Score>();
        foreach (var (of, members) in groups)
        {
            using var group = JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(members));
            var root = group.RootElement;
            var span = record.Span;
            var isOfSession = of.StartsWith("session.", StringComparison.Ordinal) && span.SessionId is not null;
            var isOfSpan = !isOfSession && !of.StartsWith("trace.", StringComparison.Ordinal);
            if (
                root.MemberText("name") is { } name
                && Sound(
                    isOfSession ? null : span.TraceId,
                    isOfSpan ? span.SpanId : null,
                    isOfSession ? span.SessionId : null,
                    name,
                    root.MemberNumber("score"),
                    root.MemberText("label"),
                    root.MemberText("explanation"),
                    root.MemberText("annotator_kind")?.ToLowerInvariant() ?? "openinference",
                    root.MemberText("identifier"),
                    span.EndUnixNano / 1000,
                    root.Object("metadata") is { } metadata ? new JsonText(metadata.GetRawText()) : default
                )
                    is { } score
            )
            {
                scores.Add(score);
            }
        }

        return scores;
    }

    // What breaks a rule (a name of 500 characters) stays an attribute of the span, where it can be read; the span is not refused for it.
    private static Score? Sound(
        string? traceId,
        string? spanId,
        string? sessionId,
        string name,
        double? value,
        string? label,
        string? comment,
        string source,
        string? identifier,
        long unixMicros,
        JsonText metadata
    )
    {
        var score = new Score(
            Id(traceId, spanId, sessionId, name, source, identifier),
            traceId,
            spanId,
            sessionId,
            null,
            name,
            value is null ? ScoreType.Categorical : ScoreType.Numeric,
            value,
            label,
            comment,
            source,
            unixMicros,
            metadata
        );
        return ScoreRules.Fault(score) is null ? score : null;
    }

    // These have no ids: the same judge on the same thing replaces what it said before.
    private static string Id(params string?[] parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\u001f', parts))).AsSpan(0, 16));

    [GeneratedRegex(
        @"^(?<of>(?:(?:trace|session)\.)?(?:annotations\.\d+\.annotation|evaluations\.\d+\.evaluation|annotation|evaluation))\.(?<member>name|score|label|explanation|annotator_kind|identifier|metadata)$"
    )]
    private static partial Regex Annotation();
}
