using System.Buffers.Binary;
using System.IO.Compression;
using System.Net.Http.Headers;
using Google.Protobuf;
using LlmObs.Ingest.Otlp.Protos;

namespace LlmObs.IntegrationTests.Ingest;

/// <summary>Small bodies to send, each right but for what a test changes.</summary>
internal static class OtlpBodies
{
    public static readonly byte[] TraceId = Convert.FromHexString("0af7651916cd43dd8448eb211c80319c");
    public static readonly byte[] SpanId = Convert.FromHexString("b7ad6b7169203331");
    public const string TraceHex = "0af7651916cd43dd8448eb211c80319c";
    public const ulong Start = 1_795_421_229_000_000_000;

    public static Span Span(string name = "chat m", byte[]? spanId = null) =>
        new()
        {
            TraceId = ByteString.CopyFrom(TraceId),
            SpanId = ByteString.CopyFrom(spanId ?? SpanId),
            Name = name,
            StartTimeUnixNano = Start,
            EndTimeUnixNano = Start + 5_000_000,
        };

    public static byte[] SpanIdOf(byte last) => [1, 2, 3, 4, 5, 6, 7, last];

    public static byte[] Request(params Span[] spans) =>
        new ExportTraceServiceRequest
        {
            ResourceSpans = { new ResourceSpans { ScopeSpans = { new ScopeSpans { Spans = { spans } } } } },
        }.ToByteArray();

    public static string Json(string spans) => $$"""{"resourceSpans":[{"scopeSpans":[{"spans":[{{spans}}]}]}]}""";

    public static HttpRequestMessage Http(
        byte[] body,
        string contentType = "application/x-protobuf",
        string? encoding = null,
        string path = "/v1/traces"
    )
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        if (encoding is not null)
        {
            content.Headers.ContentEncoding.Add(encoding);
        }

        return new(HttpMethod.Post, path) { Content = content };
    }

    /// <summary>A unary call: one byte that says whether it is compressed, the length, the message.</summary>
    public static HttpRequestMessage Grpc(byte[] message, bool gzip = false, string service = "trace.v1.TraceService")
    {
        var frame = new byte[5 + message.Length];
        frame[0] = gzip ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return GrpcFrame(frame, gzip, $"/opentelemetry.proto.collector.{service}/Export");
    }

    public static HttpRequestMessage GrpcFrame(byte[] frame, bool gzip, string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new ByteArrayContent(frame),
            Version = new(2, 0),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Content.Headers.ContentType = new("application/grpc");
        request.Headers.TE.Add(new("trailers"));
        if (gzip)
        {
            request.Headers.Add("grpc-encoding", "gzip");
        }

        return request;
    }

    public static byte[] Gzip(byte[] bytes)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Optimal))
        {
            gzip.Write(bytes);
        }

        return target.ToArray();
    }

    public static byte[] Deflate(byte[] bytes)
    {
        using var target = new MemoryStream();
        using (var zlib = new ZLibStream(target, CompressionLevel.Optimal))
        {
            zlib.Write(bytes);
        }

        return target.ToArray();
    }
}
