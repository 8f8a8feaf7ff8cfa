namespace LlmObs.Ingest.Bench.Bodies;

/// <summary>What a load generator sends in turn.</summary>
internal static class SpanBodies
{
    public const int TextBytes = 3000;

    // Enough that no two neighbours are alike, few enough to be made in a moment.
    private const int Spans = 2000;

    /// <param name="seed">The same seed makes the same texts.</param>
    public static IReadOnlyList<SpanBody> Make(Protocol protocol, int spansPerBody, int seed = 1)
    {
        var factory = new SpanFactory(Passages.Load(), new Random(seed), TextBytes);
        return [.. Enumerable.Range(0, Math.Clamp(Spans / spansPerBody, 2, 256)).Select(_ => SpanBody.Of(factory.Request(spansPerBody), protocol))];
    }

    /// <summary>What real SDKs sent, body by body.</summary>
    public static IReadOnlyList<SpanBody> Captured(Protocol protocol) =>
        [.. CapturedBodies.Traces().Select(request => SpanBody.Of(request, protocol))];
}

internal enum Protocol
{
    Protobuf,
    Json,
    Grpc,
}
