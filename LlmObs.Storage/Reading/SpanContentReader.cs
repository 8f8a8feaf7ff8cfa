using LlmObs.Domain.Spans;
using LlmObs.Storage.Rows;
using Npgsql;

namespace LlmObs.Storage.Reading;

/// <summary>A span as a page reads it.</summary>
/// <param name="Record">Its texts that are too long for a page are there in the part asked for; then it has no attributes.</param>
/// <param name="LongTexts">By field of the raw address: the parts that stand in the record instead of the whole texts.</param>
public sealed record SpanToRead(SpanRecord Record, IReadOnlyDictionary<string, TextPart> LongTexts)
{
    /// <summary>The attributes were too long to be read along; <see cref="TraceReader.SpanAsync"/> has them.</summary>
    public bool LacksAttributes { get; init; }

    /// <summary>A span read whole; null for none.</summary>
    public static SpanToRead? Whole(SpanRecord? record) => record is null ? null : new(record, new Dictionary<string, TextPart>());
}

/// <summary>Reads a span for a page: of texts of many megabytes only the part that is shown leaves PostgreSQL.</summary>
internal static class SpanContentReader
{
    // The bodies of nearly all spans whole; of the others the head, and mostly the first part.
    private const int Beginning = 1024 * 1024;

    private const string Row = $"""
        SELECT {SpanRow.Columns}, substring(c.body FROM 1 FOR @beginning) AS "Body", c.json_bytes AS "JsonBytes", octet_length(c.body) AS "BodyBytes"
        FROM spans AS s
        LEFT JOIN span_contents AS c ON c.project_id = s.project_id AND c.trace_id = s.trace_id AND c.span_id = s.span_id AND c.day = s.day
        WHERE s.project_id = @projectId AND s.trace_id = @traceId AND s.span_id = @spanId
        ORDER BY s.start_ns
        LIMIT 1
        """;

    private const string Stretch = """
        SELECT substring(c.body FROM @from FOR @length)
        FROM span_contents AS c
        WHERE c.project_id = @projectId AND c.trace_id = @traceId AND c.span_id = @spanId AND c.day = @day
        """;

    public static async Task<SpanToRead?> ReadAsync(
        NpgsqlConnection connection,
        int projectId,
        string traceId,
        string spanId,
        Func<string, int> partOf,
        CancellationToken cancellationToken
    )
    {
        var parameters = new
        {
            projectId,
            traceId,
            spanId,
            beginning = Beginning,
        };
        var row = await connection.FindAsync<SpanRow>(Row, parameters, cancellationToken);
        if (row?.Body is null)
        {
            return SpanToRead.Whole(row?.ToRecord());
        }

        if (row.BodyBytes == row.Body.Length && !LargeContent.Is(row.Body))
        {
            return SpanToRead.Whole(row.ToRecord());
        }

        try
        {
            return LargeContent.Is(row.Body) && LargeContent.Head(row.Body) is { } head
                ? await WithPartsAsync(head, row, StretchAsync, partOf)
                : SpanToRead.Whole((row with { Body = await StretchAsync(0, row.BodyBytes) }).ToRecord());
        }
        catch (Exception exception) when (ContentCodec.IsDamage(exception))
        {
            return SpanToRead.Whole(row.ToRecord(ContentCodec.Unreadable(exception)));
        }

        async Task<byte[]> StretchAsync(int from, int length) =>
            await connection.QuerySingleAsync<byte[]>(
                Stretch,
                new
                {
                    projectId,
                    traceId,
                    spanId,
                    day = row.Day,
                    from = from + 1,
                    length,
                },
                cancellationToken
            );
    }

    private static async Task<SpanToRead> WithPartsAsync(
        StoredHead head,
        SpanRow row,
        Func<int, int, Task<byte[]>> stretchAsync,
        Func<string, int> partOf
    )
    {
        var parts = new Dictionary<string, TextPart>(StringComparer.Ordinal);
        foreach (var text in head.Content.Texts.Where(text => text.Field != LongTexts.Attributes))
        {
            var block = text.Parts[Math.Clamp(partOf(text.Field), 1, text.Parts.Count) - 1];
            var at = head.BlocksAt + block.Offset;
            var packed = at + block.Length <= row.Body!.Length ? row.Body.AsMemory(at, block.Length) : await stretchAsync(at, block.Length);
            parts[text.Field] = new(LargeContent.Part(packed.Span, block), block.Start, text.Chars);
        }

        var content = LongTexts.Put(head.Content.Rest, parts.ToDictionary(part => part.Key, part => part.Value.Text, StringComparer.Ordinal));
        return new(row.ToRecord(content), parts) { LacksAttributes = head.Content.Texts.Any(text => text.Field == LongTexts.Attributes) };
    }
}
