using System.Globalization;
using System.Text.Json;
using LlmObs.Domain;
using LlmObs.Domain.Scores;
using LlmObs.Ingest.Mapping;
using LlmObs.Ingest.Mapping.Content;

namespace LlmObs.Ingest.Langfuse;

/// <summary>Langfuse's score → ours.</summary>
internal static class ScoreBody
{
    /// <param name="id">The score's id where the body has none.</param>
    public static (Score? Score, string? Fault) Read(JsonElement body, string id, long unixMicros)
    {
        if (body.Member("name") is not { ValueKind: JsonValueKind.String })
        {
            return (null, "name: a text is needed");
        }

        var value = body.Member("value");
        var isNumber = value?.ValueKind == JsonValueKind.Number;
        var sent = body.MemberText("dataType") ?? (isNumber ? "NUMERIC" : "CATEGORICAL");
        ScoreType? type = sent switch
        {
            "NUMERIC" => ScoreType.Numeric,
            "BOOLEAN" => ScoreType.Boolean,
            "CATEGORICAL" => ScoreType.Categorical,
            "TEXT" or "CORRECTION" => ScoreType.Text,
            _ => null,
        };
        if (type is null)
        {
            return (null, $"dataType: '{sent}' is not NUMERIC, CATEGORICAL, BOOLEAN, TEXT or CORRECTION");
        }

        var isNumeric = type is ScoreType.Numeric or ScoreType.Boolean;
        var score = new Score(
            body.MemberText("id") ?? id,
            body.MemberText("traceId"),
            body.MemberText("observationId"),
            body.MemberText("sessionId"),
            null,
            body.MemberText("name") ?? "",
            type.Value,
            isNumeric && isNumber ? body.MemberNumber("value")
                : value?.ValueKind == JsonValueKind.True ? 1
                : value?.ValueKind == JsonValueKind.False ? 0
                : null,
            isNumeric || value?.ValueKind != JsonValueKind.String ? null : value.Value.Text(),
            body.MemberText("comment"),
            (body.MemberText("source") ?? "api").ToLowerInvariant(),
            unixMicros,
            body.Member("metadata") is { } metadata ? new JsonText(metadata.GetRawText()) : default
        );
        return ScoreRules.Fault(score) is var (field, problem)
            ? (null, string.Create(CultureInfo.InvariantCulture, $"{(field == "spanId" ? "observationId" : field)}: {problem}"))
            : (score, null);
    }
}
