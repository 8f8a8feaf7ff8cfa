using LlmObs.Ingest.Otlp.Protos;

namespace LlmObs.Ingest.Bench.Bodies;

/// <summary>The bodies that real SDKs sent, as tests/fixtures/otlp keeps them.</summary>
internal static class Captured
{
    /// <summary>Every trace export that was sent as plain protobuf.</summary>
    public static IEnumerable<ExportTraceServiceRequest> Traces() => Bodies().Select(ExportTraceServiceRequest.Parser.ParseFrom);

    /// <summary>The same as bytes.</summary>
    public static IEnumerable<byte[]> Bodies() =>
        Directory
            .EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "captured"), "*.http-protobuf.*.bin", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Where(file => File.ReadAllText(Path.ChangeExtension(file, "meta.json")).Contains("/v1/traces", StringComparison.Ordinal))
            .Select(File.ReadAllBytes);
}
