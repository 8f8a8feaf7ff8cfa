using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using LlmObs.Storage.Access;
using LlmObs.Storage.Reading;

namespace LlmObs.IntegrationTests.Ingest.Langfuse;

public sealed class LangfuseApiTests(IngestDatabase database) : IAsyncLifetime
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private IngestServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await (await IngestServer.StartAsync(database)).ReadyAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Reports_each_event_and_keeps_the_sound_ones()
    {
        var (status, answer) = await SendAsync(
            HttpMethod.Post,
            "/api/public/ingestion",
            """
            {"batch":[
              {"id":"good","type":"trace-create","timestamp":"2026-11-23T07:26:21Z","body":{"id":"t-mixed","name":"n"}},
              {"id":"bad","type":"nonsense","timestamp":"2026-11-23T07:26:21Z","body":{}},
              {"id":"log","type":"sdk-log","timestamp":"2026-11-23T07:26:21Z","body":{"log":"x"}},
              5]}
            """
        );

        Assert.Equal(HttpStatusCode.MultiStatus, status);
        Assert.Equal(["good"], answer["successes"]!.AsArray().Select(success => (string)success!["id"]!));
        Assert.Equal([("bad", 400), ("unknown", 400)], answer["errors"]!.AsArray().Select(error => ((string)error!["id"]!, (int)error["status"]!)));
    }

    [Theory]
    [InlineData("POST", "/api/public/ingestion", "{", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/api/public/ingestion", "[]", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/api/public/ingestion", """{"batch":{}}""", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/api/public/ingestion", """{"batch":[]}""", HttpStatusCode.MultiStatus)]
    [InlineData("POST", "/api/public/scores", """{"name":"","traceId":"t","value":1}""", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/api/public/scores", """{"name":"n","value":1}""", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/api/public/scores", """{"name":"n","traceId":"t","value":2,"dataType":"BOOLEAN"}""", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/api/public/scores", """{"name":"n","traceId":"t","value":"good"}""", HttpStatusCode.OK)]
    [InlineData("GET", "/api/public/v2/prompts/a%2Fb?label=production", null, HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/public/nothing", null, HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/public/ingestion", null, HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "/api/public/health", null, HttpStatusCode.OK)]
    [InlineData("GET", "/any/prefix/api/public/projects", null, HttpStatusCode.OK)]
    public async Task Answers_in_json_with_the_right_status(string method, string path, string? body, HttpStatusCode expected)
    {
        var (status, answer) = await SendAsync(new(method), path, body);

        Assert.Equal(expected, status);
        Assert.IsType<JsonObject>(answer);
    }

    [Fact]
    public async Task Tells_a_wrong_pair_from_a_right_one()
    {
        var (status, answer) = await SendAsync(HttpMethod.Get, "/api/public/projects", null, "pk-lf-any", "wrong");
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Equal("UnauthorizedError", (string?)answer["error"]);

        (status, answer) = await SendAsync(HttpMethod.Get, "/api/public/projects", null, "pk-lf-any", IngestServer.Key);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("shop", (string?)answer["data"]![0]!["name"]);
    }

    [Fact]
    public async Task Refuses_a_body_over_the_limit()
    {
        await using var server = await (await IngestServer.StartAsync(database, null, ("Ingest:MaxBodyBytes", "2000"))).ReadyAsync();
        using var response = await server.Http.PostAsync(
            "/api/public/ingestion",
            new StringContent($$"""{"batch":[],"x":"{{new string('x', 3000)}}"}""", Encoding.UTF8, "application/json"),
            Cancel
        );

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.NotNull(JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!["message"]);
    }

    [Fact]
    public async Task Lets_browsers_ask_first()
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/api/public/ingestion");
        request.Headers.Add("Origin", "https://shop.example");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,x-langfuse-sdk-name");
        using var response = await _server.Http.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal("*", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Contains("x-langfuse-sdk-name", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Headers")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_score_replaces_the_one_of_its_id_unless_it_is_older()
    {
        await SendAsync(HttpMethod.Post, "/api/public/ingestion", Score("1", "2026-11-23T07:26:22Z", 2));
        await SendAsync(HttpMethod.Post, "/api/public/ingestion", Score("2", "2026-11-23T07:26:21Z", 1));

        var project = await _server.Get<Projects>().FindAsync("default", Cancel);
        var score = Assert.Single(await _server.Get<ScoreReader>().OfTraceAsync(project!.Id, "t-score", null, null, Cancel));
        Assert.Equal(2, score.Value);

        static string Score(string id, string time, int value) =>
            $$$"""{"batch":[{"id":"{{{id}}}","type":"score-create","timestamp":"{{{time}}}","body":{"id":"s","traceId":"t-score","name":"n","value":{{{value}}} } }]}""";
    }

    [Fact]
    public async Task Keeps_an_uploaded_image_once_and_only_the_bytes_announced()
    {
        byte[] image = [137, 80, 78, 71, 1, 2, 3];
        var announce = new JsonObject
        {
            ["traceId"] = "t",
            ["field"] = "input",
            ["contentType"] = "image/png",
            ["contentLength"] = image.Length,
            ["sha256Hash"] = Convert.ToBase64String(SHA256.HashData(image)),
        }.ToJsonString();

        var (status, answer) = await SendAsync(HttpMethod.Post, "/api/public/media", announce);
        Assert.Equal(HttpStatusCode.Created, status);
        var upload = (string)answer["uploadUrl"]!;
        using var wrong = await _server.Http.PutAsync(upload, new ByteArrayContent([1, 2, 3, 4, 5, 6, 7]), Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        using var right = await _server.Http.PutAsync(upload, new ByteArrayContent(image), Cancel);
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);

        (_, answer) = await SendAsync(HttpMethod.Post, "/api/public/media", announce);
        Assert.Null(answer["uploadUrl"]);
        Assert.Equal(image, await _server.Http.GetByteArrayAsync($"/api/public/media/{answer["mediaId"]}/content", Cancel));
    }

    private async Task<(HttpStatusCode, JsonNode)> SendAsync(
        HttpMethod method,
        string path,
        string? body,
        string? publicKey = null,
        string? secret = null
    )
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        if (secret is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic",
                Convert.ToBase64String(Encoding.UTF8.GetBytes($"{publicKey}:{secret}"))
            );
        }

        using var response = await _server.Http.SendAsync(request, Cancel);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!);
    }
}
