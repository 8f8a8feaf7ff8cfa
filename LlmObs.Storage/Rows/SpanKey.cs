using LlmObs.Domain.Spans;

namespace LlmObs.Storage.Rows;

/// <summary>A span's identity within its project, in the order in which every writer takes locks.</summary>
internal readonly record struct SpanKey(string TraceId, string SpanId) : IComparable<SpanKey>
{
    public static SpanKey Of(Span span) => new(StorableText.Id(span.TraceId), StorableText.Id(span.SpanId));

    /// <summary>The record under this key: itself, but for ids that PostgreSQL would not take.</summary>
    public SpanRecord On(SpanRecord record) =>
        record.Span.TraceId == TraceId && record.Span.SpanId == SpanId
            ? record
            : record with
            {
                Span = record.Span with { TraceId = TraceId, SpanId = SpanId },
            };

    public static SpanKey Of(LateContent late) => new(StorableText.Id(late.TraceId), StorableText.Id(late.SpanId));

    public int CompareTo(SpanKey other) =>
        string.CompareOrdinal(TraceId, other.TraceId) is var byTrace and not 0 ? byTrace : string.CompareOrdinal(SpanId, other.SpanId);
}
