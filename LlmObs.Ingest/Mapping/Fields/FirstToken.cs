using System.Globalization;
using LlmObs.Domain.Spans;

namespace LlmObs.Ingest.Mapping.Fields;

/// <summary>Time to first token, which libraries give in five forms.</summary>
internal static class FirstToken
{
    private static readonly Precedence Seconds = Precedence.Of(OpenTelemetryKeys.FirstTokenSeconds);
    private static readonly Precedence Nanoseconds = Precedence.Of(ArmsKeys.FirstTokenNanoseconds);
    private static readonly Precedence Milliseconds = Precedence.Of(VercelAiKeys.FirstTokenMilliseconds);

    // Absolute times; Langfuse's is a JSON string.
    private static readonly Precedence Instants = Precedence.Of(LangfuseKeys.FirstTokenAt, MastraKeys.FirstTokenAt);
    private static readonly string[] Events =
    [
        "First Token Stream Event",
        "gen_ai.content.completion.chunk",
        "llm.content.completion.chunk",
        "ai.stream.firstChunk",
    ];

    /// <summary>Milliseconds after the start; null when not said, negative, or after the end.</summary>
    public static double? Ms(AttributeMap attributes, IReadOnlyList<SpanEvent> events, long startUnixNano, long durationNano)
    {
        var ms =
            attributes.Double(Seconds) * 1000
            ?? FromNanoseconds(attributes.Double(Nanoseconds))
            ?? attributes.Double(Milliseconds)
            ?? FromInstant(attributes.Text(Instants), startUnixNano)
            ?? FromEvent(events, startUnixNano);
        return ms >= 0 && ms <= durationNano / 1e6 ? ms : null;
    }

    // ARMS sends nanoseconds; a small number with a fraction can only be seconds.
    private static double? FromNanoseconds(double? value) =>
        value switch
        {
            null => null,
            < 1000 when value != Math.Floor(value.Value) => value * 1000,
            _ => value / 1e6,
        };

    private static double? FromInstant(string? text, long startUnixNano) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? ((at - DateTimeOffset.UnixEpoch).Ticks * 100 - startUnixNano) / 1e6
            : null;

    private static double? FromEvent(IReadOnlyList<SpanEvent> events, long startUnixNano) =>
        events.FirstOrDefault(e => Events.Contains(e.Name, StringComparer.Ordinal)) is { } first ? (first.TimeUnixNano - startUnixNano) / 1e6 : null;
}
