using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;
using Google.Protobuf;
using LlmObs.Ingest.Otlp.Protos;

namespace LlmObs.Ingest.Bench.Bodies;

/// <summary>An encoded export whose ids can be written anew without encoding it again: the load generator must cost little, and must repeat no span.</summary>
internal sealed partial class SpanBody
{
    /// <summary>Spans that share a trace id.</summary>
    private const int SpansOfATrace = 10;

    private static readonly JsonFormatter OtlpJson = new(JsonFormatter.Settings.Default.WithFormatEnumsAsIntegers(true));

    private readonly (int Trace, int Span)[] ids;
    private readonly bool isText;

    private SpanBody(byte[] bytes, (int Trace, int Span)[] ids, bool isText) => (Bytes, this.ids, this.isText) = (bytes, ids, isText);

    public byte[] Bytes { get; }

    public int SpanCount => ids.Length;

    public static SpanBody Protobuf(ExportTraceServiceRequest request) => new(request.ToByteArray(), request, isText: false);

    /// <summary>OTLP's JSON: protobuf's own, but for ids in hex and enums as numbers.</summary>
    public static SpanBody Json(ExportTraceServiceRequest request)
    {
        var json = IdInBase64()
            .Replace(
                OtlpJson.Format(request),
                id => $"\"{id.Groups[1].Value}\": \"{Convert.ToHexStringLower(Convert.FromBase64String(id.Groups[2].Value))}\""
            );
        return new(Encoding.UTF8.GetBytes(json), request, isText: true);
    }

    private SpanBody(byte[] bytes, ExportTraceServiceRequest request, bool isText)
        : this(bytes, [.. Spans(request).Select(span => (Find(bytes, span.TraceId, isText), Find(bytes, span.SpanId, isText)))], isText) { }

    /// <summary>Writes ids that no other number gives over those of a copy of <see cref="Bytes"/>.</summary>
    /// <param name="firstNumber">Of the first span; the others follow.</param>
    public void Stamp(Span<byte> copy, ulong firstNumber)
    {
        Span<byte> id = stackalloc byte[24];
        for (var i = 0; i < ids.Length; i++)
        {
            var number = firstNumber + (ulong)i;
            BinaryPrimitives.WriteUInt64BigEndian(id, Mix(2 * (number / SpansOfATrace)));
            BinaryPrimitives.WriteUInt64BigEndian(id[8..], Mix((2 * (number / SpansOfATrace)) + 1));
            BinaryPrimitives.WriteUInt64BigEndian(id[16..], Mix(number ^ 0x5BD1E995_00000000));
            Write(copy[ids[i].Trace..], id[..16]);
            Write(copy[ids[i].Span..], id[16..]);
        }
    }

    [GeneratedRegex("\"(traceId|spanId|parentSpanId)\": \"([^\"]+)\"")]
    private static partial Regex IdInBase64();

    private void Write(Span<byte> target, ReadOnlySpan<byte> id)
    {
        if (isText)
        {
            Convert.TryToHexStringLower(id, target, out _);
        }
        else
        {
            id.CopyTo(target);
        }
    }

    private static IEnumerable<Span> Spans(ExportTraceServiceRequest request) =>
        request.ResourceSpans.SelectMany(resource => resource.ScopeSpans).SelectMany(scope => scope.Spans);

    private static int Find(byte[] bytes, ByteString id, bool isText) =>
        bytes.AsSpan().IndexOf(isText ? Encoding.ASCII.GetBytes(Convert.ToHexStringLower(id.Span)) : id.Span);

    // SplitMix64: a bijection, so that numbers that differ give ids that differ, and ids look random to an index.
    private static ulong Mix(ulong number)
    {
        var mixed = number + 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
