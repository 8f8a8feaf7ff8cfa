using System.Buffers.Binary;
using System.Net;

namespace LlmObs.Ingest.Bench.Load;

/// <summary>Unary gRPC calls, each over the one HTTP/2 connection of its sender.</summary>
internal sealed class GrpcSender(Uri url) : ISender
{
    private const int Frame = 5;
    private readonly HttpClient http = new(new SocketsHttpHandler { EnableMultipleHttp2Connections = false });
    private byte[] request = [];
    private int requestLength;

    public Memory<byte> Body(int length)
    {
        requestLength = Frame + length;
        if (request.Length < requestLength)
        {
            request = new byte[requestLength];
        }

        request[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(request.AsSpan(1), length);
        return request.AsMemory(Frame, length);
    }

    public async Task<bool> SendAsync()
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(url, "/opentelemetry.proto.collector.trace.v1.TraceService/Export"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ReadOnlyMemoryContent(request.AsMemory(0, requestLength)),
        };
        message.Content.Headers.ContentType = new("application/grpc");
        message.Headers.TE.Add(new("trailers"));
        using var response = await http.SendAsync(message);
        await response.Content.CopyToAsync(Stream.Null);
        return response.TrailingHeaders.TryGetValues("grpc-status", out var status) && status.Contains("0");
    }

    public ValueTask DisposeAsync()
    {
        http.Dispose();
        return ValueTask.CompletedTask;
    }
}
