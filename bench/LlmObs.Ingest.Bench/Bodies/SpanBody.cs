using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;
using Google.Protobuf;
using LlmObs.Ingest.Otlp.Protos;

namespace LlmObs.Ingest.Bench.Bodies;

/// <summary>An encoded export whose ids can be written anew without encoding it again: the load generator must cost little, and must repeat no span.</summary>
internal sealed partial class SpanBody
{
    private static readonly JsonFormatter OtlpJson = new(JsonFormatter.Settings.Default.WithFormatEnumsAsIntegers(true));

    private readonly IReadOnlyList<Place> places;
    private readonly bool isText;

    private SpanBody(byte[] bytes, IReadOnlyList<Place> places, bool isText) => (Bytes, this.places, this.isText) = (bytes, places, isText);

    public byte[] Bytes { get; }

    public int SpanCount => places.Count;

    public static SpanBody Of(ExportTraceServiceRequest request, Protocol protocol) => protocol == Protocol.Json ? Json(request) : Protobuf(request);

    /// <summary>Writes ids that no other number gives over those of a copy of <see cref="Bytes"/>. Spans of one trace stay together, children below their parents.</summary>
    /// <param name="firstNumber">Of the first span; the others follow.</param>
    public void Stamp(Span<byte> copy, ulong firstNumber)
    {
        Span<byte> id = stackalloc byte[16];
        foreach (var place in places)
        {
            BinaryPrimitives.WriteUInt64BigEndian(id, Mix(~(firstNumber + (ulong)place.FirstOfTrace)));
            BinaryPrimitives.WriteUInt64BigEndian(id[8..], Mix(firstNumber + (ulong)place.FirstOfTrace));
            Write(copy[place.TraceAt..], id);
            WriteSpanId(copy[place.SpanAt..], firstNumber + (ulong)place.Number);
            if (place.ParentAt >= 0)
            {
                WriteSpanId(copy[place.ParentAt..], firstNumber + (ulong)place.Parent);
            }
        }
    }

    private void WriteSpanId(Span<byte> target, ulong number)
    {
        Span<byte> id = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(id, Mix(number));
        Write(target, id);
    }

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

    private static SpanBody Protobuf(ExportTraceServiceRequest request)
    {
        var bytes = request.ToByteArray();
        return new(bytes, Places(bytes, request, "\n\u0010"u8, "\u0012\b"u8, "\"\b"u8, id => id.ToByteArray()), isText: false);
    }

    /// <summary>OTLP's JSON: protobuf's own, but for ids in hex and enums as numbers.</summary>
    private static SpanBody Json(ExportTraceServiceRequest request)
    {
        var json = IdInBase64()
            .Replace(
                OtlpJson.Format(request),
                id => $"\"{id.Groups[1].Value}\": \"{Convert.ToHexStringLower(Convert.FromBase64String(id.Groups[2].Value))}\""
            );
        var bytes = Encoding.UTF8.GetBytes(json);
        return new(
            bytes,
            Places(
                bytes,
                request,
                "\"traceId\": \""u8,
                "\"spanId\": \""u8,
                "\"parentSpanId\": \""u8,
                id => Encoding.ASCII.GetBytes(Convert.ToHexStringLower(id.Span))
            ),
            isText: true
        );
    }

    private static List<Place> Places(
        byte[] bytes,
        ExportTraceServiceRequest request,
        ReadOnlySpan<byte> beforeTrace,
        ReadOnlySpan<byte> beforeSpan,
        ReadOnlySpan<byte> beforeParent,
        Func<ByteString, byte[]> encode
    )
    {
        var spans = request.ResourceSpans.SelectMany(resource => resource.ScopeSpans).SelectMany(scope => scope.Spans).ToList();
        var numbers = spans.Select((span, number) => (span.SpanId, number)).ToDictionary(pair => pair.SpanId, pair => pair.number);
        var firstOfTrace = new Dictionary<ByteString, int>();
        var places = new List<Place>(spans.Count);
        var at = 0;
        for (var number = 0; number < spans.Count; number++)
        {
            var span = spans[number];
            firstOfTrace.TryAdd(span.TraceId, number);
            var trace = Next(bytes, at, beforeTrace, encode(span.TraceId));
            var own = Next(bytes, trace, beforeSpan, encode(span.SpanId));
            var isChild = numbers.TryGetValue(span.ParentSpanId, out var parent);
            places.Add(
                new(number, firstOfTrace[span.TraceId], trace, own, parent, isChild ? Next(bytes, own, beforeParent, encode(span.ParentSpanId)) : -1)
            );
            at = own;
        }

        return places;
    }

    // Spans are written in order, each with its trace's id, its own and its parent's before all else.
    private static int Next(byte[] bytes, int from, ReadOnlySpan<byte> before, byte[] id)
    {
        byte[] sought = [.. before, .. id];
        var found = bytes.AsSpan(from).IndexOf(sought);
        return found >= 0 ? from + found + before.Length : throw new InvalidOperationException("An id is not where it was written.");
    }

    // SplitMix64: a bijection, so that numbers that differ give ids that differ, and ids look random to an index.
    private static ulong Mix(ulong number)
    {
        var mixed = number + 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    [GeneratedRegex("\"(traceId|spanId|parentSpanId)\": \"([^\"]+)\"")]
    private static partial Regex IdInBase64();

    /// <summary>Where a span's ids stand, and which spans of the body they name.</summary>
    private sealed record Place(int Number, int FirstOfTrace, int TraceAt, int SpanAt, int Parent, int ParentAt);
}
