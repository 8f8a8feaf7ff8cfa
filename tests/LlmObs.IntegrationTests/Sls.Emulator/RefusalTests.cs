using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace LlmObs.IntegrationTests.Sls.Emulator;

/// <summary>Every error code of the service that a request can provoke, by status, code and the error body's form. Those of writes stand in <see cref="ProtocolTests"/>.</summary>
public sealed class RefusalTests(RefusalTests.Server server) : IClassFixture<RefusalTests.Server>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("POST", "/", """{"projectName":5}""", 400, "ParameterInvalid")]
    [InlineData("POST", "/", """{"projectName":"new","dataRedundancyType":"X"}""", 400, "ParameterInvalid")]
    [InlineData("POST", "/", "[]", 400, "PostBodyInvalid")]
    [InlineData("PUT", "/", """{"description":[]}""", 400, "ParameterInvalid")]
    [InlineData("POST", "/logstores", "{}", 400, "LogStoreInfoInvalid")]
    [InlineData("POST", "/logstores", """{"logstoreName":5,"ttl":1}""", 400, "LogStoreInfoInvalid")]
    [InlineData("POST", "/logstores", """{"logstoreName":"other","ttl":"1"}""", 400, "LogStoreInfoInvalid")]
    [InlineData("POST", "/logstores", """{"logstoreName":"other","ttl":3651}""", 400, "LogStoreInfoInvalid")]
    [InlineData("POST", "/logstores", """{"logstoreName":"other","ttl":1,"shardCount":0}""", 400, "LogStoreInfoInvalid")]
    [InlineData("POST", "/logstores", """{"logstoreName":"other","ttl":1,"maxSplitShard":257}""", 400, "LogStoreInfoInvalid")]
    [InlineData("POST", "/logstores", """{"logstoreName":"other","ttl":1,"mode":"fast"}""", 400, "LogStoreInfoInvalid")]
    [InlineData("POST", "/logstores", """{"logstoreName":"other","ttl":1,"telemetryType":"Traces"}""", 400, "LogStoreInfoInvalid")]
    [InlineData("POST", "/logstores", """{"logstoreName":"other","ttl":1,"enable_tracking":"yes"}""", 400, "LogStoreInfoInvalid")]
    [InlineData("PUT", "/logstores/logs", """{"logstoreName":"other","ttl":1}""", 400, "LogStoreInfoInvalid")]
    [InlineData("PUT", "/logstores/nope", """{"logstoreName":"nope","ttl":1}""", 404, "LogStoreNotExist")]
    [InlineData("DELETE", "/logstores/nope", null, 404, "LogStoreNotExist")]
    [InlineData("GET", "/logstores?size=501", null, 400, "ParameterInvalid")]
    [InlineData("GET", "/logstores?offset=-1", null, 400, "ParameterInvalid")]
    [InlineData("GET", "/logstores?size=ten", null, 400, "ParameterInvalid")]
    [InlineData("GET", "/logstores/bare/index", null, 404, "IndexConfigNotExist")]
    [InlineData("PUT", "/logstores/bare/index", """{"line":{"token":[" "]}}""", 404, "IndexConfigNotExist")]
    [InlineData("DELETE", "/logstores/bare/index", null, 404, "IndexConfigNotExist")]
    [InlineData("GET", "/logstores/bare?type=log&from=0&to=5", null, 404, "IndexConfigNotExist")]
    [InlineData("POST", "/logstores/bare/index", """{"line":{"token":[" "],"include_keys":["a"],"exclude_keys":["b"]}}""", 400, "IndexInfoInvalid")]
    [InlineData("GET", "/logstores/logs?type=log&from=5&to=1", null, 400, "InvalidTimeRange")]
    [InlineData("GET", "/logstores/logs?type=log&from=0&to=5&line=-1", null, 400, "InvalidLine")]
    [InlineData("GET", "/logstores/logs?type=log&from=0&to=5&line=many", null, 400, "InvalidLine")]
    [InlineData("GET", "/logstores/logs?type=log&from=0&to=5&offset=-1", null, 400, "InvalidOffset")]
    [InlineData("GET", "/logstores/logs?type=log&from=0&to=5&offset=x", null, 400, "InvalidOffset")]
    [InlineData("GET", "/logstores/logs?type=log&from=0&to=5&reverse=maybe", null, 400, "InvalidReverse")]
    [InlineData("GET", "/logstores/logs?type=log&from=a&to=5", null, 400, "ParameterInvalid")]
    [InlineData("GET", "/logstores/logs?type=log&from=0&to=5&query=a%20and", null, 400, "ParameterInvalid")]
    [InlineData("GET", "/logstores/logs?type=log&from=0&to=5&offset=1&query=*%7Cselect%201", null, 400, "ParameterInvalid")]
    [InlineData("GET", "/logstores/logs?type=context_log&pack_id=A-1&pack_meta=x&back_lines=1", null, 400, "ParameterInvalid")]
    [InlineData("GET", "/logstores/logs?type=context_log&pack_id=A-1&pack_meta=0%7CMQ%3D%3D%7C1%7C0", null, 400, "ParameterInvalid")]
    [InlineData("GET", "/logstores/logs?type=context_log&pack_id=A-1&pack_meta=0%7CMQ%3D%3D%7C1%7C0&back_lines=101", null, 400, "ParameterInvalid")]
    [InlineData("GET", "/logstores/logs?type=context_log&pack_meta=0%7CMQ%3D%3D%7C1%7C0&back_lines=1", null, 400, "ParameterInvalid")]
    [InlineData("GET", "/logstores/logs?type=topic&line=0", null, 400, "InvalidLine")]
    [InlineData("GET", "/logstores/logs?type=other", null, 400, "ParameterInvalid")]
    [InlineData("POST", "/logstores/logs/logs", """{"from":5,"to":5}""", 400, "InvalidTimeRange")]
    [InlineData("POST", "/logstores/logs/logs", """{"to":5}""", 400, "ParameterInvalid")]
    [InlineData("GET", "/logs?query=select%201", null, 400, "ParameterInvalid")]
    [InlineData("GET", "/logstores/logs/shards/0?type=cursor&from=soon", null, 400, "ParameterInvalid")]
    [InlineData("GET", "/logstores/logs/shards/0?type=logs&cursor=x&count=1", null, 400, "InvalidCursor")]
    [InlineData("GET", "/logstores/logs/shards/0?type=logs&cursor=MA==&count=1001", null, 400, "ParameterInvalid")]
    [InlineData("POST", "/logstores/logs/shards/9?action=split", null, 400, "ShardNotExist")]
    [InlineData("POST", "/logstores/logs/shards/0?action=turn", null, 400, "ParameterInvalid")]
    [InlineData("POST", "/logstores/logs/consumergroups", """{"timeout":5}""", 400, "JsonInfoInvalid")]
    [InlineData("POST", "/logstores/logs/consumergroups", """{"consumerGroup":"g","timeout":"5"}""", 400, "JsonInfoInvalid")]
    [InlineData(
        "POST",
        "/logstores/logs/consumergroups",
        """{"consumerGroup":"readers","timeout":5,"order":false}""",
        400,
        "ConsumerGroupAlreadyExist"
    )]
    [InlineData("POST", "/logstores/logs/consumergroups/nope?type=heartbeat&consumer=c", "[]", 404, "ConsumerGroupNotExist")]
    [InlineData("POST", "/logstores/logs/consumergroups/readers?type=heartbeat&consumer=c", "{", 400, "PostBodyInvalid")]
    [InlineData("POST", "/logstores/logs/consumergroups/readers?type=checkpoint&consumer=c", "{}", 400, "JsonInfoInvalid")]
    [InlineData(
        "POST",
        "/logstores/logs/consumergroups/readers?type=checkpoint&consumer=c",
        """{"shard":0,"checkpoint":"MA=="}""",
        400,
        "NotExistConsumerWithBody"
    )]
    [InlineData("POST", "/logstores/logs/deletelogs", """{"from":0,"to":5,"query":"*"}""", 400, "ParameterInvalid")]
    [InlineData("POST", "/logstores/logs/deletelogtasks", """{"from":0,"to":5}""", 400, "ParameterInvalid")]
    [InlineData("POST", "/logstores/logs/deletelogtasks", """{"from":5,"to":5,"query":"*"}""", 400, "InvalidTimeRange")]
    [InlineData("POST", "/logstores/logs/deletelogtasks", """{"from":0,"to":"5","query":"*"}""", 400, "ParameterInvalid")]
    [InlineData("POST", "/logstores/logs/deletelogtasks", """{"from":0,"to":5,"query":"a and"}""", 400, "ParameterInvalid")]
    [InlineData("POST", "/logstores/logs/deletelogtasks", """{"from":0,"to":5,"query":"*|select 1"}""", 400, "ParameterInvalid")]
    [InlineData("POST", "/logstores/bare/deletelogtasks", """{"from":0,"to":5,"query":"*"}""", 404, "IndexConfigNotExist")]
    [InlineData("GET", "/logstores/logs/deletelogtasks/unknown", null, 400, "ParameterInvalid")]
    [InlineData("GET", "/logstores/nope/deletelogtasks", null, 404, "LogStoreNotExist")]
    [InlineData("PATCH", "/logstores/logs", null, 405, "InvalidMethod")]
    [InlineData("GET", "/nothing/here", null, 400, "ParameterInvalid")]
    public async Task By_the_services_code(string method, string target, string? body, int status, string code)
    {
        using var response = await server.Sls.SendAsync(
            new HttpMethod(method),
            target,
            body is null ? null : Encoding.UTF8.GetBytes(body),
            body is null ? null : "application/json"
        );
        await ExpectAsync(response, status, code);
    }

    [Theory]
    [InlineData("x-log-apiversion", "", 400, "MissingAPIVersion")]
    [InlineData("x-log-apiversion", "1", 400, "InvalidAPIVersion")]
    [InlineData("x-log-signaturemethod", "", 400, "MissingSignatureMethod")]
    [InlineData("x-log-signaturemethod", "hmac-md5", 400, "InvalidSignatureMethod")]
    [InlineData("Authorization", "", 401, "Unauthorized")]
    [InlineData("Authorization", "LOG nobody:c2ln", 401, "Unauthorized")]
    [InlineData("Authorization", "LOG :c2ln", 400, "MissAccessKeyId")]
    [InlineData("Authorization", "LOG local:c2ln", 401, "SignatureNotMatch")]
    [InlineData("Authorization", "SLS4-HMAC-SHA256 Credential=local,Signature=0", 401, "Unauthorized")]
    [InlineData("Date", "", 400, "MissingDate")]
    [InlineData("Date", "yesterday", 400, "InvalidDateFormat")]
    [InlineData("Date", "Mon, 02 Jan 2006 15:04:05 GMT", 400, "RequestTimeExpired")]
    public async Task A_header_that_is_wrong(string header, string value, int status, string code)
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

        await ExpectAsync(response, status, code);
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

        await ExpectAsync(response, 400, "ProjectQuotaExceed");
    }

    [Fact]
    public async Task A_project_that_is_not_there()
    {
        using var response = await server.Sls.SendAsync(HttpMethod.Get, "/logstores", project: "nobodys");
        await ExpectAsync(response, 404, "ProjectNotExist");
    }

    [Theory]
    [InlineData("text/plain", 415, "InvalidContentType")]
    [InlineData(null, 400, "MissingContentType")]
    public async Task A_write_of_another_type(string? contentType, int status, string code)
    {
        using var response = await server.Sls.SendAsync(HttpMethod.Post, "/logstores/logs/shards/lb", [1], contentType);
        await ExpectAsync(response, status, code);
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("""{"__logs__":5}""")]
    [InlineData("""{"__logs__":[{"__time__":"soon"}]}""")]
    public async Task A_JSON_write_that_is_none(string body)
    {
        using var response = await server.Sls.SendAsync(
            HttpMethod.Post,
            "/logstores/logs/shards/lb",
            Encoding.UTF8.GetBytes(body),
            "application/json"
        );
        await ExpectAsync(response, 400, "PostBodyInvalid");
    }

    /// <summary>The answer to a request as it stands on the wire.</summary>
    private async Task<string> RawAsync(string request)
    {
        using var connection = new TcpClient(server.Sls.Address.Host, server.Sls.Address.Port);
        await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), Token);
        using var answer = new StreamReader(connection.GetStream());
        return await answer.ReadToEndAsync(Token);
    }

    private static async Task ExpectAsync(HttpResponseMessage response, int status, string code)
    {
        var text = await response.Content.ReadAsStringAsync(Token);
        Assert.True((int)response.StatusCode == status && (string?)JsonNode.Parse(text)!["errorCode"] == code, $"{(int)response.StatusCode} {text}");
        Assert.NotEmpty((string)JsonNode.Parse(text)!["errorMessage"]!);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.ToString());
        Assert.Matches("^[0-9A-F]{24}$", response.Headers.GetValues("x-log-requestid").Single());
    }

    /// <summary>One emulator for the whole table: refusals change nothing.</summary>
    public sealed class Server : IAsyncLifetime
    {
        public TestSls Sls { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Sls = await TestSls.StartAsync();
            await Sls.CreateLogstoreAsync(SixLogs.Index);
            await Sls.ExpectOkAsync(HttpMethod.Post, "/logstores", """{"logstoreName":"bare","ttl":1}""");
            await Sls.ExpectOkAsync(HttpMethod.Post, "/logstores/logs/consumergroups", """{"consumerGroup":"readers","timeout":60,"order":false}""");
        }

        public ValueTask DisposeAsync() => Sls.DisposeAsync();
    }
}
