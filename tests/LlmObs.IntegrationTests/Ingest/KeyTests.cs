using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using LlmObs.Domain;
using LlmObs.IntegrationTests.Support;
using LlmObs.Storage.Access;
using RpcStatus = LlmObs.Ingest.Otlp.Protos.Rpc.Status;

namespace LlmObs.IntegrationTests.Ingest;

/// <summary>Keys as those meet them who send: how they are shown, limited and ended.</summary>
public sealed class KeyTests(IngestDatabase database) : IAsyncLifetime
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private string _connection = "";
    private IngestServer _server = null!;
    private Project _project = null!;

    public async ValueTask InitializeAsync()
    {
        _connection = database.Server.ConnectionString("keys_" + Guid.NewGuid().ToString("N"));
        _server = await (await IngestServer.StartAsync(database, _connection)).ReadyAsync();
        _project = (await _server.Get<Projects>().FindAsync("shop", Cancel))!;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Takes_a_key_in_each_way_that_clients_send_one()
    {
        var key = await NewKeyAsync(KeyLimits.Configured);
        foreach (
            var (header, value) in new[]
            {
                ("Authorization", $"Bearer {key.Secret}"),
                ("Authorization", $"Basic {Base64($"{key.PublicKey}:{key.Secret}")}"),
                ("Authorization", $"Basic {Base64($"pk-lf-of-somebody-else:{key.Secret}")}"),
                ("x-api-key", key.Secret),
            }
        )
        {
            Assert.Equal(HttpStatusCode.OK, await SendAsync(_server, header, value));
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(_server, "Authorization", $"Bearer {key.PublicKey}"));
        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(_server, "Authorization", $"Basic {Base64($"{key.Secret}:{key.PublicKey}")}"));
        Assert.Single(await _server.TraceAsync("shop", OtlpBodies.TraceHex));
    }

    [Fact]
    public async Task Refuses_a_revoked_key_at_every_replica_within_seconds()
    {
        await using var replica = await (await IngestServer.StartAsync(database, _connection)).ReadyAsync();
        var key = await NewKeyAsync(KeyLimits.Configured);
        Assert.Equal(HttpStatusCode.OK, await SendAsync(_server, key));
        Assert.Equal(HttpStatusCode.OK, await SendAsync(replica, key));

        Assert.True(await _server.Get<KeyRing>().RevokeAsync(_project, key.Id, Cancel));

        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(_server, key));
        var watch = Stopwatch.StartNew();
        while (await SendAsync(replica, key) != HttpStatusCode.Unauthorized)
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), "The other replica still takes the key.");
            await Task.Delay(100, Cancel);
        }
    }

    [Fact]
    public async Task Tells_a_key_over_its_rate_of_requests_when_to_come_again()
    {
        var key = await NewKeyAsync(new(RequestsPerSecond: 1, SpansPerSecond: null));

        // Ten at once fill the bucket; more than one a second then can't be had, however slow this machine is.
        using var refused = await FirstRefusedAsync(() => OtlpBodies.Http(OtlpBodies.Request(OtlpBodies.Span())), key, _server.Http);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 10);
        Assert.Equal(
            ["10", "0"],
            [refused.Headers.GetValues("X-RateLimit-Limit").Single(), refused.Headers.GetValues("X-RateLimit-Remaining").Single()]
        );
        var status = RpcStatus.Parser.ParseFrom(await refused.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Equal(8, status.Code);
        Assert.Contains("1 requests a second", status.Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await SendAsync(_server, await NewKeyAsync(KeyLimits.Configured)));
    }

    [Fact]
    public async Task Tells_it_over_gRPC_with_a_RetryInfo()
    {
        var key = await NewKeyAsync(new(RequestsPerSecond: 1, SpansPerSecond: null));

        using var refused = await FirstRefusedAsync(() => OtlpBodies.Grpc(OtlpBodies.Request(OtlpBodies.Span())), key, _server.Grpc);

        Assert.Equal("8", refused.Headers.GetValues("grpc-status").Single());
        var retry = RpcStatus
            .Parser.ParseFrom(Convert.FromBase64String(refused.Headers.GetValues("grpc-status-details-bin").Single()))
            .Details[0]
            .Unpack<LlmObs.Ingest.Otlp.Protos.Rpc.RetryInfo>();
        Assert.InRange(retry.RetryDelay.Seconds, 1, 10);
    }

    [Fact]
    public async Task Counts_spans_and_takes_one_request_larger_than_the_bucket_at_a_time()
    {
        var key = await NewKeyAsync(new(RequestsPerSecond: 0, SpansPerSecond: 2));
        var many = OtlpBodies.Request([.. Enumerable.Range(1, 100).Select(i => OtlpBodies.Span(spanId: [9, 9, 9, 9, 9, 9, 9, (byte)i]))]);
        using var first = await _server.Http.SendAsync(With(OtlpBodies.Http(many), key), Cancel);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);

        using var refused = await FirstRefusedAsync(() => OtlpBodies.Http(many), key, _server.Http);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 10);
        Assert.Equal(100, (await _server.TraceAsync("shop", OtlpBodies.TraceHex)).Count);
    }

    [Fact]
    public async Task Limits_keys_without_limits_of_their_own_by_the_configuration()
    {
        await using var limited = await (
            await IngestServer.StartAsync(database, _connection, null, ("RateLimits:RequestsPerSecond", "1"), ("RateLimits:BurstSeconds", "2"))
        ).ReadyAsync();

        using var refused = await FirstRefusedAsync(() => OtlpBodies.Http([]), await NewKeyAsync(KeyLimits.Configured), limited.Http);
        Assert.Equal("2", refused.Headers.GetValues("X-RateLimit-Limit").Single());
        var free = await NewKeyAsync(new(RequestsPerSecond: 0, SpansPerSecond: 0));
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => SendAsync(limited, free)));
        Assert.All(answers, status => Assert.Equal(HttpStatusCode.OK, status));
    }

    [Fact]
    public async Task Goes_on_knowing_keys_it_has_seen_while_PostgreSQL_is_away()
    {
        var clock = new TestClock();
        var own = new IngestDatabase();
        await own.InitializeAsync();
        await using var server = await (await IngestServer.StartAsync(own, time: clock)).ReadyAsync();
        Assert.Equal(HttpStatusCode.OK, await SendAsync(server, "x-api-key", IngestServer.Key));

        await own.DisposeAsync();
        clock.Advance(TimeSpan.FromMinutes(10));

        // Metrics are counted and need no database.
        Assert.Equal(HttpStatusCode.OK, await SendAsync(server, "x-api-key", IngestServer.Key, "/v1/metrics"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await SendAsync(server, "x-api-key", "never-seen", "/v1/metrics"));
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await SendAsync(server, "x-api-key", IngestServer.Key, "/v1/metrics"));
    }

    private Task<NewSecret> NewKeyAsync(KeyLimits limits) => _server.Get<KeyRing>().CreateAsync(_project, "test", KeyScopes.All, limits, Cancel);

    private static Task<HttpStatusCode> SendAsync(IngestServer server, NewSecret key) => SendAsync(server, "Authorization", $"Bearer {key.Secret}");

    private static async Task<HttpStatusCode> SendAsync(IngestServer server, string header, string value, string path = "/v1/traces")
    {
        using var request = OtlpBodies.Http(path == "/v1/traces" ? OtlpBodies.Request(OtlpBodies.Span()) : [], path: path);
        request.Headers.Add(header, value);
        using var response = await server.Http.SendAsync(request, Cancel);
        return response.StatusCode;
    }

    // Rates are per second and this machine may be slow: ask at once, many times, until one is refused.
    private static async Task<HttpResponseMessage> FirstRefusedAsync(Func<HttpRequestMessage> request, NewSecret key, HttpClient client)
    {
        for (var round = 0; round < 20; round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => client.SendAsync(With(request(), key), Cancel)));
            if (answers.FirstOrDefault(IsRefused) is { } refused)
            {
                return refused;
            }
        }

        throw new InvalidOperationException("800 requests, and none was refused.");
    }

    private static bool IsRefused(HttpResponseMessage response) =>
        response.StatusCode != HttpStatusCode.OK || response.Headers.TryGetValues("grpc-status", out var status) && status.Single() != "0";

    private static HttpRequestMessage With(HttpRequestMessage request, NewSecret key)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key.Secret);
        return request;
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
