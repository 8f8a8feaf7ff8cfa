using System.Text.Json.Serialization;

namespace LlmObs.Domain.Scores;

/// <summary>What kind of value a score has.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ScoreType>))]
public enum ScoreType
{
    [JsonStringEnumMemberName("numeric")]
    Numeric = 0,

    [JsonStringEnumMemberName("boolean")]
    Boolean = 1,

    [JsonStringEnumMemberName("categorical")]
    Categorical = 2,

    [JsonStringEnumMemberName("text")]
    Text = 3,
}

/// <summary>A judgement of a trace, a span, a session or a request, by a person, a model or a program. May come before what it judges.</summary>
/// <param name="Id">Unique in the project; the same id again replaces the score, unless it is older.</param>
/// <param name="Value">The number of a numeric score; 0 or 1 of a boolean one.</param>
/// <param name="Label">The word of a categorical score, the text of a text score, the label beside a number.</param>
/// <param name="Source">Who says so: <c>api</c>, <c>feedback</c>, <c>langfuse</c>, <c>otel</c>, <c>human</c>, <c>llm</c>, <c>code</c>, …</param>
/// <param name="UnixMicros">When it was given, microseconds since 1970.</param>
public sealed record Score(
    string Id,
    string? TraceId,
    string? SpanId,
    string? SessionId,
    string? RequestId,
    string Name,
    ScoreType Type,
    double? Value,
    string? Label,
    string? Comment,
    string Source,
    long UnixMicros,
    JsonText Metadata
)
{
    /// <summary>The value as people write it: <c>0.8</c>, <c>true</c>, <c>correct</c>.</summary>
    public string DisplayValue =>
        (Type, Value) switch
        {
            (ScoreType.Boolean, { } value) => value != 0 ? "true" : "false",
            (ScoreType.Numeric, { } value) when Label is null => value.ToString("0.####", System.Globalization.CultureInfo.InvariantCulture),
            (ScoreType.Numeric, { } value) => $"{value.ToString("0.####", System.Globalization.CultureInfo.InvariantCulture)} {Label}",
            _ => Label ?? "",
        };
}
