using LlmObs.Domain.Spans;
using LlmObs.Storage.Rows;
using LlmObs.Storage.Writing;

namespace LlmObs.Tests.Storage;

public sealed class OutboxInsertTests
{
    [Fact]
    public void Cuts_rows_by_count_and_by_size_and_keeps_the_order()
    {
        Assert.Equal([2, 2, 1], Cut([1, 1, 1, 1, 1], maxSpans: 2, maxBytes: 100));
        Assert.Equal([2, 1, 1, 2], Cut([40, 50, 60, 500, 1, 99], maxSpans: 10, maxBytes: 100));
        Assert.Equal([1], Cut([500], maxSpans: 10, maxBytes: 100));
    }

    private static IEnumerable<int> Cut(int[] sizes, int maxSpans, int maxBytes)
    {
        PreparedSpan[] spans = [.. sizes.Select((size, i) => new PreparedSpan(new($"{i}", "s"), default, Record($"{i}"), new([], size)))];
        var chunks = OutboxInsert.Cut(spans, maxSpans, maxBytes);
        Assert.Equal(spans, chunks.SelectMany(chunk => chunk));
        return chunks.Select(chunk => chunk.Count);
    }

    private static SpanRecord Record(string traceId) =>
        new(
            new()
            {
                TraceId = traceId,
                SpanId = "s",
                Name = "n",
                StartUnixNano = 0,
                DurationNano = 0,
            },
            SpanContent.Empty
        );
}
