using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace LlmObs.IntegrationTests.Sls.Emulator;

/// <summary>What is refused before the operation is looked at, or on the whole account, by status, code and the error body's form; <see cref="OperationErrorsTests"/> has the rest.</summary>
public sealed class RefusalTests(RefusalTests.Server server) : IClassFixture<RefusalTests.Server>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("x-log-apiversion", "", "MissingAPIVersion")]
    [InlineData("x-log-apiversion", "1", "InvalidAPIVersion")]
    [InlineData("x-log-signaturemethod", "", "MissingSignatureMethod")]
    [InlineData("x-log-signaturemethod", "hmac-md5", "InvalidSignatureMethod")]
    [InlineData("Authorization", "", "Unauthorized")]
    [InlineData("Authorization", "LOG nobody:c2ln", "Unauthorized")]
    [InlineData("Authorization", "LOG :c2ln", "MissAccessKeyId")]
    [InlineData("Authorization", "LOG local:c2ln", "SignatureNotMatch")]
    [InlineData("Authorization", "SLS4-HMAC-SHA256 Credential=local,Signature=0", "Unauthorized")]
    [InlineData("Date", "", "MissingDate")]
    [InlineData("Date", "yesterday", "InvalidDateFormat")]
    [InlineData("Date", "Mon, 02 Jan 2006 15:04:05 GMT", "RequestTimeExpired")]
    public async Task A_header_that_is_wrong(string header, string value, string code)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Sls.Address, "/logstores"));
        request.Headers.Host = "demo.sls.localhost";
        var headers = new Dictionary<string, string>
        {
            ["x-log-apiversion"] = "0.6.0",
            ["x-log-signaturemethod"] = "hmac-sha1",
            ["Authorization"] = "LOG local:c2ln",
            ["Date"] = TimeProvider.System.GetUtcNow().ToString("R", CultureInfo.InvariantCulture),
            [header] = value,
        };
        foreach (var (name, text) in headers.Where(pair => pair.Value.Length > 0))
        {
            request.Headers.TryAddWithoutValidation(name, text);
        }

        using var response = await server.Sls.SendRawAsync(request);

        await ServiceError.ExpectAsync(response, code);
    }

    [Fact]
    public async Task A_request_without_a_host() =>
        Assert.Contains("MissingHost", await RawAsync("GET /logstores HTTP/1.0\r\nx-log-apiversion: 0.6.0\r\n\r\n"), StringComparison.Ordinal);

    [Fact]
    public async Task A_write_that_does_not_say_where_it_ends()
    {
        const string Signed = "x-log-apiversion:0.6.0\nx-log-signaturemethod:hmac-sha1\n";
        var date = TimeProvider.System.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
#pragma warning disable CA5350 // The service's scheme 1.
        var signature = HMACSHA1.HashData("local"u8, Encoding.UTF8.GetBytes($"POST\n\n\n{date}\n{Signed}/logstores/logs/shards/lb"));
#pragma warning restore CA5350

        var answer = await RawAsync(
            $"POST /logstores/logs/shards/lb HTTP/1.1\r\nHost: demo.sls.localhost\r\nConnection: close\r\nDate: {date}\r\n"
                + $"Authorization: LOG local:{Convert.ToBase64String(signature)}\r\n{Signed.Replace("\n", "\r\n", StringComparison.Ordinal)}\r\n"
        );

        Assert.StartsWith("HTTP/1.1 411", answer, StringComparison.Ordinal);
        Assert.Contains("MissingContentLength", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_projects_than_an_account_has_where_that_is_wanted()
    {
        await using var sls = await TestSls.StartAsync(null, ("Emulator:CheckQuotas", "true"));
        for (var i = 0; i < 50; i++)
        {
            await sls.ExpectOkAsync(HttpMethod.Post, "/", $$"""{"projectName":"project-{{i}}","description":""}""", project: null);
        }

        using var response = await sls.SendAsync(
            HttpMethod.Post,
            "/",
            """{"projectName":"one-more","description":""}"""u8.ToArray(),
            "application/json",
            project: null
        );

        await ServiceError.ExpectAsync(response, "ProjectQuotaExceed");
    }

    /// <summary>The answer to a request as it stands on the wire.</summary>
    private async Task<string> RawAsync(string request)
    {
        using var connection = new TcpClient(server.Sls.Address.Host, server.Sls.Address.Port);
        await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), Token);
        using var answer = new StreamReader(connection.GetStream());
        return await answer.ReadToEndAsync(Token);
    }

    /// <summary>One emulator for all: refusals change nothing.</summary>
    public sealed class Server : IAsyncLifetime
    {
        public TestSls Sls { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Sls = await TestSls.StartAsync();
            await Sls.CreateLogstoreAsync(SixLogs.Index);
        }

        public ValueTask DisposeAsync() => Sls.DisposeAsync();
    }
}
