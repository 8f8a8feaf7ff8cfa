using System.Net;
using LlmObs.LocalHost.Postgres;
using Npgsql;

namespace LlmObs.IntegrationTests.Ingest.Faults;

/// <summary>More comes than can be taken: so many are handled, so many wait, the others are told at once to come again; nothing acknowledged is lost.</summary>
public sealed class OverloadTests(IngestDatabase database) : IAsyncLifetime
{
    private const int AtOnce = 2;
    private const int Waiting = 4;
    private const int Sent = 40;

    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private CutWire wire = null!;
    private IngestServer server = null!;

    public async ValueTask InitializeAsync()
    {
        PostgresServer postgres = database.Server;
        wire = new(postgres.Port);
        var connection = new NpgsqlConnectionStringBuilder(postgres.ConnectionString("overload_" + Guid.NewGuid().ToString("N")))
        {
            Port = wire.Port,
        };
        server = await (
            await IngestServer.StartAsync(
                database,
                connection.ConnectionString,
                ("Ingest:MaxConcurrentRequests", $"{AtOnce}"),
                ("Ingest:MaxWaitingRequests", $"{Waiting}"),
                // The database hangs for as long as the test wants: requests pile up, at whatever speed the machine runs.
                ("Spool:PatienceSeconds", "60")
            )
        ).ReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await wire.DisposeAsync();
    }

    [Theory]
    [InlineData("http")]
    [InlineData("grpc")]
    public async Task Takes_what_has_room_and_tells_the_others_when_to_come_again(string way)
    {
        Assert.True((await SendAsync(way, 0)).IsTaken);
        wire.Hang();
        var answers = Enumerable.Range(1, Sent).Select(number => SendAsync(way, (byte)number)).ToList();
        await Wait.UntilAsync(
            () => Task.FromResult(answers.Count(answer => answer.IsCompleted) == Sent - AtOnce - Waiting),
            "the others are refused"
        );
        wire.Resume();

        var all = await Task.WhenAll(answers);
        Assert.Equal(AtOnce + Waiting, all.Count(answer => answer.IsTaken));
        Assert.All(all.Where(answer => !answer.IsTaken), answer => Assert.True(answer.SaysWhenToComeAgain));
        var kept = (await server.TraceAsync("default", OtlpBodies.TraceHex)).Select(record => record.Span.SpanId).Order();
        Assert.Equal(all.Where(answer => answer.IsTaken).Select(answer => answer.SpanId).Append(SpanIdOf(0)).Order(), kept);
        Assert.True((await SendAsync(way, Sent + 1)).IsTaken);
    }

    private async Task<Answer> SendAsync(string way, byte number)
    {
        var body = OtlpBodies.Request(OtlpBodies.Span(spanId: OtlpBodies.SpanIdOf(number)));
        if (way == "http")
        {
            using var response = await server.Http.SendAsync(OtlpBodies.Http(body), Cancel);
            Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"{response.StatusCode}");
            return new(SpanIdOf(number), response.StatusCode == HttpStatusCode.OK, response.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        }

        using var call = await server.Grpc.SendAsync(OtlpBodies.Grpc(body), Cancel);
        _ = await call.Content.ReadAsByteArrayAsync(Cancel);
        string? Header(string name) => call.TrailingHeaders.Concat(call.Headers).FirstOrDefault(header => header.Key == name).Value?.FirstOrDefault();
        // UNAVAILABLE with RetryInfo, or OK.
        Assert.True(Header("grpc-status") is "0" or "14", Header("grpc-status"));
        return new(SpanIdOf(number), Header("grpc-status") == "0", Header("grpc-status-details-bin") is not null);
    }

    private static string SpanIdOf(byte number) => Convert.ToHexStringLower(OtlpBodies.SpanIdOf(number));

    private sealed record Answer(string SpanId, bool IsTaken, bool SaysWhenToComeAgain);
}
