using LlmObs.Ingest.Otlp.Protos;

namespace LlmObs.Ingest.Bench.Bodies;

/// <summary>The bodies that real SDKs sent, as tests/fixtures/otlp keeps them.</summary>
internal static class CapturedBodies
{
    /// <summary>Every trace export that was sent as plain protobuf.</summary>
    public static IEnumerable<ExportTraceServiceRequest> Traces() =>
        Directory
            .EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "captured"), "*.http-protobuf.*.bin", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Where(file => File.ReadAllText(Path.ChangeExtension(file, "meta.json")).Contains("/v1/traces", StringComparison.Ordinal))
            .Select(file => Marked(ExportTraceServiceRequest.Parser.ParseFrom(File.ReadAllBytes(file))));

    // promptfoo keeps only spans that say which evaluation they belong to; all receivers get the same.
    private static ExportTraceServiceRequest Marked(ExportTraceServiceRequest request)
    {
        foreach (var span in request.ResourceSpans.SelectMany(resource => resource.ScopeSpans).SelectMany(scope => scope.Spans))
        {
            span.Attributes.Add(
                new KeyValue
                {
                    Key = "evaluation.id",
                    Value = new() { StringValue = "bench" },
                }
            );
            span.Attributes.Add(
                new KeyValue
                {
                    Key = "test.case.id",
                    Value = new() { StringValue = "bench" },
                }
            );
        }

        return request;
    }
}
