using System.Net;
using LlmObs.Ingest.Otlp.Protos;
using RpcStatus = LlmObs.Ingest.Otlp.Protos.Rpc.Status;

namespace LlmObs.IntegrationTests.Ingest;

/// <summary>What a client sees over gRPC: the bytes of the calls are made by hand, as the captured ones are.</summary>
public sealed class OtlpGrpcTests(IngestDatabase database) : IAsyncLifetime
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private IngestServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await (await IngestServer.StartAsync(database)).ReadyAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Keeps_what_it_answers_OK_for(bool gzip)
    {
        var message = OtlpBodies.Request(OtlpBodies.Span());
        var answer = await CallAsync(OtlpBodies.Grpc(gzip ? OtlpBodies.Gzip(message) : message, gzip));
        Assert.Equal(("0", ""), (answer.Status, answer.Message));
        Assert.Single(await _server.TraceAsync("default", OtlpBodies.TraceHex));
    }

    [Theory]
    [InlineData("logs.v1.LogsService")]
    [InlineData("metrics.v1.MetricsService")]
    public async Task Takes_the_other_signals(string service) => Assert.Equal("0", (await CallAsync(OtlpBodies.Grpc([], service: service))).Status);

    [Fact]
    public async Task Tells_a_partial_success()
    {
        var answer = await CallAsync(OtlpBodies.Grpc(OtlpBodies.Request(OtlpBodies.Span(), OtlpBodies.Span(spanId: [1]))));
        var partial = ExportTraceServiceResponse.Parser.ParseFrom(answer.Body.AsSpan(5)).PartialSuccess;
        Assert.Equal((1, true), (partial.RejectedSpans, partial.ErrorMessage.Contains("spanId has 1 bytes", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Forgives_bytes_that_are_no_UTF_8()
    {
        var bytes = OtlpBodies.Request(OtlpBodies.Span("badXbytes"));
        bytes[bytes.AsSpan().IndexOf("badX"u8) + 3] = 0xFF;
        Assert.Equal("0", (await CallAsync(OtlpBodies.Grpc(bytes))).Status);
        Assert.Equal("bad\uFFFDbytes", Assert.Single(await _server.TraceAsync("default", OtlpBodies.TraceHex)).Span.Name);
    }

    [Fact]
    public async Task Refuses_bytes_that_are_no_message_as_invalid()
    {
        var answer = await CallAsync(OtlpBodies.Grpc("this is no protobuf"u8.ToArray()));
        Assert.Equal("3", answer.Status);
        Assert.Contains("not a protobuf message", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_what_is_too_large_for_good()
    {
        var answer = await CallAsync(OtlpBodies.Grpc(new byte[65 * 1024 * 1024]));
        Assert.Equal(("8", null), (answer.Status, answer.Details));
    }

    [Fact]
    public async Task Stops_a_gzip_bomb_at_the_limit()
    {
        var answer = await CallAsync(OtlpBodies.Grpc(OtlpBodies.Gzip(new byte[300 * 1024 * 1024]), gzip: true));
        Assert.Equal(("8", null), (answer.Status, answer.Details));
        Assert.Contains("67108864", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tells_unknown_keys_and_keys_without_the_right_apart()
    {
        var unknown = OtlpBodies.Grpc([]);
        unknown.Headers.Add("x-api-key", "nobody's");
        Assert.Equal("16", (await CallAsync(unknown)).Status);

        var reader = OtlpBodies.Grpc([]);
        reader.Headers.Authorization = new("Bearer", IngestServer.ReadOnlyKey);
        Assert.Equal("7", (await CallAsync(reader)).Status);
    }

    [Fact]
    public async Task Tells_clients_when_to_come_again_while_PostgreSQL_is_away()
    {
        await using var server = await IngestServer.StartAsync(database, "Host=127.0.0.1;Port=1;Username=nobody;Database=none;Timeout=2");
        var answer = await CallAsync(OtlpBodies.Grpc(OtlpBodies.Request(OtlpBodies.Span())), server);
        Assert.Equal("14", answer.Status);
        var retry = RpcStatus
            .Parser.ParseFrom(Convert.FromBase64String(answer.Details!))
            .Details[0]
            .Unpack<LlmObs.Ingest.Otlp.Protos.Rpc.RetryInfo>();
        Assert.Equal(5, retry.RetryDelay.Seconds);
    }

    private async Task<Answer> CallAsync(HttpRequestMessage request, IngestServer? server = null)
    {
        using var response = await (server ?? _server).Grpc.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var body = await response.Content.ReadAsByteArrayAsync(Cancel);
        string? Find(string name) =>
            response.TrailingHeaders.TryGetValues(name, out var trailers) ? trailers.Single()
            : response.Headers.TryGetValues(name, out var headers) ? headers.Single()
            : null;
        return new(Find("grpc-status")!, Uri.UnescapeDataString(Find("grpc-message") ?? ""), Find("grpc-status-details-bin"), body);
    }

    private sealed record Answer(string Status, string Message, string? Details, byte[] Body);
}
