using Google.Protobuf;

namespace LlmObs.Ingest.Mapping;

/// <summary>Trace and span ids: bytes on the wire, lower-case hex with us.</summary>
internal static class Ids
{
    public const int TraceBytes = 16;
    public const int SpanBytes = 8;

    public static string Hex(ByteString id) => Convert.ToHexStringLower(id.Span);

    /// <summary>True for an id that stands for none: empty, or all zeros.</summary>
    public static bool IsNone(ByteString id) => !id.Span.ContainsAnyExcept((byte)0);

    /// <summary>What is wrong with an id, or null.</summary>
    public static string? Fault(ByteString id, int length, string field)
    {
        if (id.IsEmpty)
        {
            return $"{field} is missing, or is not {2 * length} hex digits";
        }

        if (id.Length != length)
        {
            return $"{field} has {id.Length} bytes where {length} are needed";
        }

        return IsNone(id) ? $"{field} is all zeros" : null;
    }
}
