using LlmObs.Domain.Spans;
using LlmObs.Storage.Rows;

namespace LlmObs.Storage.Writing;

/// <summary>A row of <c>late_contents</c>.</summary>
internal sealed record LateRow(string TraceId, string SpanId, string Key, bool IsMerged, byte[] Body, int JsonBytes);

/// <summary>Puts late contents into their span, whatever order they come in.</summary>
internal static class LateContentMerge
{
    /// <summary>The record with the parts merged and its revision raised, or null when they change nothing.</summary>
    public static SpanRecord? Apply(SpanRecord record, IReadOnlyList<LateRow> parts)
    {
        var decoded = parts.Select(part => (part.IsMerged, Content: ContentCodec.DecodeLate(part.Body, part.JsonBytes))).ToList();
        var before = Without(record, decoded.Where(part => part.IsMerged).Select(part => part.Content));
        var after = before.With([.. decoded.Select(part => part.Content)]);
        return SaysTheSame(record, after) ? null : after with { Revision = record.Revision + 1 };
    }

    // A part merged earlier must not pass for the span's own: with it in the way, a straggler of the same direction would be left out.
    // So what came from merged parts is taken out first, and everything goes in again in order of time.
    private static SpanRecord Without(SpanRecord record, IEnumerable<LateContent> merged)
    {
        var fromParts = merged.SelectMany(part => part.Messages).Select(ContentCodec.Text).ToHashSet(StringComparer.Ordinal);
        if (fromParts.Count == 0)
        {
            return record;
        }

        var own = record
            .Content.Messages.GroupBy(message => message.Direction, StringComparer.Ordinal)
            .Where(direction => !direction.All(message => fromParts.Contains(ContentCodec.Text(message))))
            .SelectMany(direction => direction);
        return record with { Content = record.Content with { Messages = [.. own] } };
    }

    // Records compare their lists by reference; the encoded form compares what they say.
    private static bool SaysTheSame(SpanRecord a, SpanRecord b) =>
        a.Span.FinishReasons.SequenceEqual(b.Span.FinishReasons, StringComparer.Ordinal)
        && a.Span == b.Span with { FinishReasons = a.Span.FinishReasons }
        && ContentCodec.Encode(a.Content).Body.AsSpan().SequenceEqual(ContentCodec.Encode(b.Content).Body);
}
