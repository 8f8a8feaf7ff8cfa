using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using LlmObs.Sls;

namespace LlmObs.TraceLog;

/// <summary>Where a page ended: the time and the ids that break its ties. Opaque to callers.</summary>
internal sealed record PageCursor(long Start, string TraceId, string SpanId = "")
{
    public string Encode() => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(this));

    /// <exception cref="QueryException">The text is no cursor of ours.</exception>
    public static PageCursor? Decode(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        try
        {
            var cursor = JsonSerializer.Deserialize<PageCursor>(Base64Url.DecodeFromChars(text));
            return cursor is { TraceId: not null, SpanId: not null } ? cursor : throw new QueryException($"The page's cursor is damaged.", 0);
        }
        catch (Exception exception) when (exception is FormatException or JsonException or DecoderFallbackException)
        {
            throw new QueryException($"The page's cursor is damaged.", 0);
        }
    }

    /// <summary>Whether a trace comes after it, newest first.</summary>
    public bool IsBefore(long start, string traceId) => start < Start || (start == Start && string.CompareOrdinal(traceId, TraceId) > 0);

    /// <summary>What comes after it, newest first.</summary>
    /// <param name="spanId">Null where the rows are traces.</param>
    public string After(string start, string traceId, string? spanId)
    {
        var tie = spanId is null
            ? $"{traceId} > {SlsSql.Text(TraceId)}"
            : $"({traceId} > {SlsSql.Text(TraceId)} or ({traceId} = {SlsSql.Text(TraceId)} and {spanId} > {SlsSql.Text(SpanId)}))";
        return $"({start} < {Start} or ({start} = {Start} and {tie}))";
    }
}
