using LlmObs.Domain.Spans;

namespace LlmObs.Tests.Domain;

/// <summary>Small spans of one trace.</summary>
internal static class Spans
{
    public const string TraceId = "0af7651916cd43dd8448eb211c80319c";

    public static Span One(string id, string? parent, long start = 0, long length = 10, SpanKind kind = SpanKind.Task) =>
        new()
        {
            TraceId = TraceId,
            SpanId = id,
            ParentSpanId = parent,
            Name = id,
            RawName = id,
            Kind = kind,
            StartUnixNano = 1_760_000_000_000_000_000 + start,
            DurationNano = length,
        };

    public static Span Chat(string id, string? parent, long input, long output, long start = 0) =>
        One(id, parent, start, kind: SpanKind.Llm) with
        {
            Usage = new(input, output),
            Cost = new(null, null, input / 1000m, "CNY"),
        };

    public static Span Failed(this Span span, string message, string? type = null) =>
        span with
        {
            Status = SpanStatus.Error,
            StatusMessage = message,
            ErrorType = type,
        };
}
