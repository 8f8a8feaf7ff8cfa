using System.IO.Compression;
using Grpc.Net.Compression;

namespace LlmObs.Ingest.Otlp.Grpc;

/// <summary>gzip for gRPC that stops inflating at the limit.</summary>
internal sealed class BoundedGzip(int maxBytes) : ICompressionProvider
{
    public string EncodingName => "gzip";

    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel) =>
        new GZipStream(stream, compressionLevel ?? CompressionLevel.Fastest, leaveOpen: true);

    public Stream CreateDecompressionStream(Stream stream) =>
        new BoundedStream(
            new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true),
            maxBytes,
            "when inflated",
            message => new Refusal(RefusalReason.TooLarge, message).ToRpcException()
        );
}
