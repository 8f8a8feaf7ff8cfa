using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace LlmObs.Domain.Spans;

/// <summary>A number of 40 bits for one version of a span. The sums of two sets are equal when the sets are, in whatever order they were added.</summary>
/// <remarks>
/// 40 bits, because SLS's <c>sum</c> of longs fails when it overflows: eight million spans a minute fit. PostgreSQL computes the same
/// (<see cref="Sql"/>), so that the record is not asked to have been right when the log was written.
/// </remarks>
public static class SpanHash
{
    /// <summary>The same over a row <c>s</c> of <c>spans</c>.</summary>
    public const string Sql =
        "('x' || encode(substr(sha256(convert_to(s.trace_id || '/' || s.span_id || '/' || s.version, 'UTF8')), 1, 5), 'hex'))::bit(40)::bigint";

    public static long Of(string traceId, string spanId, int version)
    {
        System.Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{traceId}/{spanId}/{version}"), hash);
        return (long)(BinaryPrimitives.ReadUInt64BigEndian(hash) >> 24);
    }
}
