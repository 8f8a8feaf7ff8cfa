using System.Buffers;
using System.Text.Json;
using LlmObs.Ingest.Otlp.Protos;

namespace LlmObs.Ingest.Otlp.Reading;

/// <summary>
/// OTLP/JSON → the same classes that protobuf bytes become. It is proto3 JSON with differences (hex ids, enums as numbers, integers as
/// text or number), and senders add their own; see docs/wire-formats.md. Never throws on bytes.
/// </summary>
internal static class OtlpJsonReader
{
    // Each list or map inside an attribute takes four levels of JSON; the mapper cuts at Ingest:MaxDepth, long before this.
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 160, CommentHandling = JsonCommentHandling.Disallow };

    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    public static ReadResult<ExportTraceServiceRequest> ReadTraces(in ReadOnlySequence<byte> body) =>
        Read<ExportTraceServiceRequest>(body, JsonSpans.Request);

    public static ReadResult<ExportLogsServiceRequest> ReadLogs(in ReadOnlySequence<byte> body) =>
        Read<ExportLogsServiceRequest>(body, JsonLogs.Request);

    public static ReadResult<ExportMetricsServiceRequest> ReadMetrics(in ReadOnlySequence<byte> body) =>
        Read<ExportMetricsServiceRequest>(body, JsonMetrics.Request);

    private static ReadResult<T> Read<T>(in ReadOnlySequence<byte> body, JsonCursor.ReadMember<T> members)
        where T : class, new()
    {
        var request = new T();
        try
        {
            new JsonCursor(WithoutMark(body), Options).Document(request, members);
            return new(request, null);
        }
        catch (OtlpJsonException e)
        {
            return new(null, e.Message);
        }
        catch (JsonException e)
        {
            return new(null, $"The body is not JSON: {e.Message}");
        }
    }

    private static ReadOnlySequence<byte> WithoutMark(in ReadOnlySequence<byte> body)
    {
        var reader = new SequenceReader<byte>(body);
        return reader.IsNext(ByteOrderMark, advancePast: true) ? reader.UnreadSequence : body;
    }
}
