using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Storage.Access;
using LlmObs.Storage.Reading;
using LlmObs.Storage.Rows;
using Npgsql;

namespace LlmObs.IntegrationTests.Ingest.Langfuse;

/// <summary>What Langfuse's clients send goes through the same door as OTLP: masked, priced, kept for its scores, limited by its key.</summary>
public sealed class LangfuseDoorTests(IngestDatabase database)
{
    private const string Traced = """
        {"batch":[
          {"id":"e1","type":"trace-create","timestamp":"2026-11-23T07:26:21Z",
           "body":{"id":"t","name":"support","input":"mail me at lin@shop.example","tags":["lin@shop.example"],
             "metadata":{"from":"lin@shop.example","lin@shop.example":1} } },
          {"id":"e2","type":"generation-create","timestamp":"2026-11-23T07:26:22Z",
           "body":{"id":"g","traceId":"t","name":"answer","model":"house-7b","startTime":"2026-11-23T07:26:22Z","endTime":"2026-11-23T07:26:23Z",
             "output":"I wrote to lin@shop.example","modelParameters":{"user":"lin@shop.example"},"usage":{"input":1000,"output":500,"unit":"TOKENS"} } }]}
        """;

    private const string Commented = """
        {"batch":[{"id":"e3","type":"score-create","timestamp":"2026-11-23T07:26:24Z",
          "body":{"id":"s","traceId":"t","name":"helpful","value":1,"comment":"ask lin@shop.example","metadata":{"by":"lin@shop.example"} } }]}
        """;

    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly string connection = database.Server.ConnectionString("door_" + Guid.NewGuid().ToString("N"));

    [Fact]
    public async Task An_address_is_masked_in_what_the_API_gives_and_in_what_is_kept_of_events()
    {
        await using var server = await StartAsync(("Redaction:Mode", "On"));
        var key = await NewKeyAsync(server, KeyLimits.Configured);
        await IngestAsync(server, Traced, Basic(key));
        await IngestAsync(server, Commented, Basic(key));
        await EventuallyAsync(server, records => records.Count == 2);

        using var read = new HttpRequestMessage(HttpMethod.Get, "/api/v1/traces/t");
        read.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key.Secret);
        using var response = await server.Http.SendAsync(read, Cancel);
        var given = await response.Content.ReadAsStringAsync(Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("mail me at [email]", given, StringComparison.Ordinal);
        Assert.Contains("I wrote to [email]", given, StringComparison.Ordinal);
        Assert.Contains("ask [email]", given, StringComparison.Ordinal);
        Assert.DoesNotContain("lin@shop", given, StringComparison.Ordinal);

        var kept = await KeptFieldsAsync();
        Assert.Contains(kept, value => value.Contains("mail me at [email]", StringComparison.Ordinal));
        Assert.Contains("tag.[email]", kept);
        Assert.Contains(kept, value => value.Contains("I wrote to [email]", StringComparison.Ordinal));
        Assert.DoesNotContain(kept, value => value.Contains("lin@shop", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_generation_gets_its_cost()
    {
        await using var server = await StartAsync(
            ("Prices:Models:0:Pattern", "house-*"),
            ("Prices:Models:0:Currency", "CNY"),
            ("Prices:Models:0:Input", "4"),
            ("Prices:Models:0:Output", "8")
        );
        await IngestAsync(server, Traced, Basic(await NewKeyAsync(server, KeyLimits.Configured)));

        var records = await EventuallyAsync(server, records => records.Count == 2);

        var cost = Assert.Single(records, record => record.Span.SpanId == "g").Span.Cost;
        Assert.Equal((0.008m, "CNY", false), (cost!.Total, cost.Currency, cost.Provided));
    }

    [Fact]
    public async Task A_score_keeps_a_trace_that_sampling_drops_otherwise()
    {
        await using var server = await StartAsync(("Sampling:KeepShare", "0"), ("Sampling:Quiet", "00:00:01"));
        var key = await NewKeyAsync(server, KeyLimits.Configured);
        var unscored = Traced.Replace("\"t\"", "\"unscored\"", StringComparison.Ordinal).Replace("\"g\"", "\"g2\"", StringComparison.Ordinal);
        await IngestAsync(server, Score("t"), Basic(key));
        await IngestAsync(server, Traced, Basic(key));
        await IngestAsync(server, unscored, Basic(key));

        await EventuallyAsync(server, records => records.Count == 2, "unscored");
        await EventuallyAsync(server, records => records.Count == 0, "unscored");

        // Both were quiet for as long and are decided in one order: this one before, and it is still whole.
        Assert.Equal(2, (await EventuallyAsync(server, records => records.Count == 2)).Count);
        await ScalarAsync<bool?>("SELECT is_kept FROM held_traces WHERE trace_id = 't' AND decided_at IS NOT NULL", kept => kept == true);
        Assert.Equal(2, (await server.TraceAsync("shop", "t")).Count);
    }

    [Fact]
    public async Task A_key_over_its_rate_is_told_when_to_come_again()
    {
        await using var server = await StartAsync();
        var key = await NewKeyAsync(server, new(RequestsPerSecond: 1, SpansPerSecond: null));

        using var refused = await FirstRefusedAsync(server, Basic(key));

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 10);
        Assert.Equal(
            ["10", "0"],
            [refused.Headers.GetValues("X-RateLimit-Limit").Single(), refused.Headers.GetValues("X-RateLimit-Remaining").Single()]
        );
        Assert.True(refused.Headers.Contains("X-RateLimit-Reset"));
        var answer = JsonNode.Parse(await refused.Content.ReadAsStringAsync(Cancel))!;
        Assert.Equal("RateLimitError", (string?)answer["error"]);
        Assert.Contains("1 requests a second", (string?)answer["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_with_the_public_key_gives_scores_and_nothing_else()
    {
        await using var server = await StartAsync();
        var key = await NewKeyAsync(server, KeyLimits.Configured);
        var pageKey = new AuthenticationHeaderValue("Bearer", key.PublicKey);
        var mixed = Score("t").Replace("]}", """,{"id":"x","type":"trace-create","timestamp":"2026-11-23T07:26:21Z","body":{"id":"forged"} }]}""");

        var answer = await IngestAsync(server, mixed, pageKey);
        Assert.Equal(["s1"], answer["successes"]!.AsArray().Select(success => (string)success!["id"]!));
        var error = Assert.Single(answer["errors"]!.AsArray())!;
        Assert.Equal(("x", 401, "Authentication error"), ((string?)error["id"], (int)error["status"]!, (string?)error["message"]));
        Assert.Equal(
            HttpStatusCode.OK,
            await SendAsync(server, HttpMethod.Post, "scores", """{"id":"s2","traceId":"t","name":"n","value":1}""", pageKey)
        );

        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(server, HttpMethod.Delete, "scores/s2", null, pageKey));
        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(server, HttpMethod.Get, "projects", null, pageKey));
        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(server, HttpMethod.Post, "scores", "{}", new("Bearer", "pk-lf-of-nobody")));
        var project = (await server.Get<Projects>().FindAsync("shop", Cancel))!;
        Assert.Equal(2, (await server.Get<ScoreReader>().OfTraceAsync(project.Id, "t", null, null, Cancel)).Count);
        Assert.Equal(0L, await ScalarAsync<long>("SELECT count(*) FROM updated_spans", _ => true));
    }

    [Fact]
    public async Task Visitors_of_a_page_cannot_use_up_the_rate_of_the_servers()
    {
        await using var server = await StartAsync();
        var key = await NewKeyAsync(server, new(RequestsPerSecond: 1, SpansPerSecond: null));

        using var refused = await FirstRefusedAsync(server, new("Bearer", key.PublicKey));

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        await IngestAsync(server, Score("t"), Basic(key));
    }

    [Theory]
    [InlineData("4", HttpStatusCode.MultiStatus)]
    [InlineData("5", HttpStatusCode.BadRequest)]
    [InlineData("newest", HttpStatusCode.MultiStatus)]
    public async Task A_version_of_ingestion_not_known_here_is_refused(string version, HttpStatusCode expected)
    {
        await using var server = await StartAsync();
        using var request = Request(HttpMethod.Post, "ingestion", Score("t"), null);
        request.Headers.Add("x-langfuse-ingestion-version", version);
        using var response = await server.Http.SendAsync(request, Cancel);

        Assert.Equal(expected, response.StatusCode);
        Assert.IsType<JsonObject>(JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel)));
    }

    private async Task<IngestServer> StartAsync(params (string, string)[] settings) =>
        await (await IngestServer.StartAsync(database, connection, [("Storage:UpdateQuiet", "00:00:00.1"), .. settings])).ReadyAsync();

    private static async Task<NewSecret> NewKeyAsync(IngestServer server, KeyLimits limits)
    {
        var project = (await server.Get<Projects>().FindAsync("shop", Cancel))!;
        return await server.Get<KeyRing>().CreateAsync(project, "test", KeyScopes.All, limits, Cancel);
    }

    private static AuthenticationHeaderValue Basic(NewSecret key) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{key.PublicKey}:{key.Secret}")));

    private static string Score(string traceId) =>
        $$$"""{"batch":[{"id":"s1","type":"score-create","timestamp":"2026-11-23T07:26:20Z","body":{"id":"s1","traceId":"{{{traceId}}}","name":"liked","value":1} }]}""";

    private static async Task<JsonNode> IngestAsync(IngestServer server, string body, AuthenticationHeaderValue key)
    {
        using var request = Request(HttpMethod.Post, "ingestion", body, key);
        using var response = await server.Http.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.MultiStatus, response.StatusCode);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!;
    }

    private static async Task<HttpStatusCode> SendAsync(
        IngestServer server,
        HttpMethod method,
        string path,
        string? body,
        AuthenticationHeaderValue key
    )
    {
        using var request = Request(method, path, body, key);
        using var response = await server.Http.SendAsync(request, Cancel);
        return response.StatusCode;
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, string? body, AuthenticationHeaderValue? key)
    {
        var request = new HttpRequestMessage(method, "/api/public/" + path);
        request.Headers.Authorization = key;
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        return request;
    }

    // Rates are per second and this machine may be slow: ask at once, many times, until one is refused.
    private static async Task<HttpResponseMessage> FirstRefusedAsync(IngestServer server, AuthenticationHeaderValue key)
    {
        for (var round = 0; round < 20; round++)
        {
            var answers = await Task.WhenAll(
                Enumerable.Range(0, 40).Select(_ => server.Http.SendAsync(Request(HttpMethod.Post, "ingestion", Score("t"), key), Cancel))
            );
            if (answers.FirstOrDefault(answer => answer.StatusCode != HttpStatusCode.MultiStatus) is { } refused)
            {
                return refused;
            }
        }

        throw new InvalidOperationException("800 requests, and none was refused.");
    }

    private static async Task<IReadOnlyList<SpanRecord>> EventuallyAsync(
        IngestServer server,
        Func<IReadOnlyList<SpanRecord>, bool> isReady,
        string traceId = "t"
    )
    {
        var deadline = TimeProvider.System.GetUtcNow().AddSeconds(90);
        while (true)
        {
            var records = await server.TraceAsync("shop", traceId);
            if (isReady(records))
            {
                return records;
            }

            Assert.True(TimeProvider.System.GetUtcNow() < deadline, $"Trace {traceId} stays at {records.Count} spans.");
            await Task.Delay(20, Cancel);
        }
    }

    private async Task<IReadOnlyList<string>> KeptFieldsAsync()
    {
        await using var source = NpgsqlDataSource.Create(connection);
        await using var command = source.CreateCommand("SELECT body, json_bytes FROM updated_spans");
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        var values = new List<string>();
        while (await reader.ReadAsync(Cancel))
        {
            var fields = ContentCodec.DecodeFields(await reader.GetFieldValueAsync<byte[]>(0, Cancel), reader.GetInt32(1));
            values.AddRange(fields.Fields.SelectMany(field => (string[])[field.Name, field.Value.ToString()]));
        }

        return values;
    }

    private async Task<T> ScalarAsync<T>(string sql, Func<T, bool> isReady)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        var deadline = TimeProvider.System.GetUtcNow().AddSeconds(90);
        while (true)
        {
            await using var command = source.CreateCommand(sql);
            if (await command.ExecuteScalarAsync(Cancel) is T value && isReady(value))
            {
                return value;
            }

            Assert.True(TimeProvider.System.GetUtcNow() < deadline, $"Not within 90 s: {sql}");
            await Task.Delay(50, Cancel);
        }
    }
}
