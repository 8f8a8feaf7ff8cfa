using System.Net;
using System.Text.Json.Nodes;
using LlmObs.EndToEndTests.Support;

namespace LlmObs.EndToEndTests.Journeys;

/// <summary>What programs read back, from Web and from Ingest alike.</summary>
public sealed class ApiTests(StackFixture fixture)
{
    private const string Run = "otel-openai.http-protobuf";
    private static readonly Lazy<string> TraceId = new(() =>
        (string)
            JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "fixtures", "otlp", Run, $"{Run}.run.json")))!["traces"]![0]![
                "trace_id"
            ]!
    );

    [Fact]
    public async Task Gives_a_captured_trace_back_normalised()
    {
        using var client = new HttpClient { BaseAddress = fixture.Stack.Ingest };
        await OtlpSender.SendRunAsync(client, Run);
        using var api = fixture.Stack.Api();

        var trace = await Eventually.GetAsync(
            () => GetAsync(api, $"/api/v1/traces/{TraceId.Value}"),
            found =>
                found["spans"]!
                    .AsArray()
                    .Any(span =>
                        (string?)span!["kind"] == "llm" && span["messages"]!.AsArray().Any(message => (string?)message!["role"] == "system")
                    ),
            TimeSpan.FromSeconds(30),
            "messages that came as log records standing on their span"
        );

        Assert.Equal("sess-2025-10-14-7f3a", (string?)trace["sessionId"]);
        Assert.Equal("u-10086", (string?)trace["userId"]);
        Assert.Equal(31, trace["spans"]!.AsArray().Count);
        Assert.Equal((19683, 1330), ((int)trace["usage"]!["inputTokens"]!, (int)trace["usage"]!["outputTokens"]!));
        var failed = trace["spans"]!.AsArray().First(span => (string?)span!["name"] == "SELECT fact_order" && (string?)span["status"] == "error")!;
        Assert.Equal(("db", "no such column: o.gmv_amount"), ((string?)failed["kind"], (string?)failed["statusMessage"]));
        Assert.NotNull(failed["attributes"]!["db.query.text"]);
    }

    [Fact]
    public async Task Finds_spans_traces_and_sessions_and_pages_by_cursor()
    {
        using var client = new HttpClient { BaseAddress = fixture.Stack.Ingest };
        await OtlpSender.SendRunAsync(client, Run);
        using var api = fixture.Stack.Api();
        var query = $"/api/v1/spans?query=trace:{TraceId.Value}&from=1700000000&limit=20";
        var first = await Eventually.GetAsync(
            () => GetAsync(api, query),
            page => page["nextCursor"] is not null,
            TimeSpan.FromSeconds(30),
            "31 spans being searchable"
        );

        var second = await GetAsync(api, $"{query}&cursor={Uri.EscapeDataString((string)first["nextCursor"]!)}");
        var ids = first["spans"]!.AsArray().Concat(second["spans"]!.AsArray()).Select(span => (string?)span!["spanId"]).ToList();
        Assert.Equal((31, 31), (ids.Count, ids.Distinct().Count()));

        var traces = await GetAsync(api, "/api/v1/traces?query=gmv_amount&from=1700000000");
        Assert.Contains(traces["traces"]!.AsArray(), trace => (string?)trace!["traceId"] == TraceId.Value);
        var session = await GetAsync(api, "/api/v1/sessions/sess-2025-10-14-7f3a");
        Assert.Contains(session["traces"]!.AsArray(), trace => (string?)trace!["traceId"] == TraceId.Value);
    }

    [Fact]
    public async Task Finds_a_session_whose_id_has_a_slash()
    {
        const string Session = "s-api/南区 50%";
        var traceId = OtlpSender.NewTraceId();
        using var client = new HttpClient { BaseAddress = fixture.Stack.Ingest };
        (
            await OtlpSender.PostAsync(
                client,
                OtlpSender.Trace(traceId, 0, (span, _) => span["attributes"]!.AsArray().Add(OtlpSender.Attribute("session.id", Session)))
            )
        ).EnsureSuccessStatusCode();
        using var api = fixture.Stack.Api();

        var session = await GetAsync(api, $"/api/v1/sessions/{Uri.EscapeDataString(Session)}");

        Assert.Equal(Session, (string?)session["sessionId"]);
        Assert.Equal(traceId, (string?)session["traces"]!.AsArray().Single()!["traceId"]);
    }

    [Fact]
    public async Task Names_what_is_wrong_with_a_request()
    {
        using var api = fixture.Stack.Api();
        using var anonymous = new HttpClient { BaseAddress = fixture.Stack.Web };

        Assert.Equal(HttpStatusCode.Unauthorized, (await anonymous.GetAsync("/api/v1/status")).StatusCode);
        await AssertProblemAsync(api, "/api/v1/traces/ffffffffffffffffffffffffffffffff", HttpStatusCode.NotFound, "traceId");
        await AssertProblemAsync(api, "/api/v1/spans?query=%22open", HttpStatusCode.BadRequest, "query");
        await AssertProblemAsync(api, "/api/v1/spans?limit=1000", HttpStatusCode.BadRequest, "limit");
        await AssertProblemAsync(api, "/api/v1/spans?from=yesterday", HttpStatusCode.BadRequest, "from");
        await AssertProblemAsync(api, "/api/v1/nothing", HttpStatusCode.NotFound, "openapi");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Describes_itself_and_answers_at_both_doors(bool atIngest)
    {
        using var api = fixture.Stack.Api();
        api.BaseAddress = atIngest ? fixture.Stack.Ingest : fixture.Stack.Web;

        var document = await GetAsync(api, "/api/v1/openapi.json");
        var status = await GetAsync(api, "/api/v1/status");

        foreach (
            var path in (string[])
                [
                    "/api/v1/traces/{traceId}",
                    "/api/v1/traces",
                    "/api/v1/spans",
                    "/api/v1/sessions/{sessionId}",
                    "/api/v1/scores",
                    "/api/v1/feedback",
                    "/api/v1/status",
                ]
        )
        {
            Assert.NotNull(document["paths"]![path]);
        }

        foreach (var part in (string[])["rows", "outbox", "shipped", "failed"])
        {
            Assert.NotNull(status[part]);
        }
    }

    private static async Task<JsonNode> GetAsync(HttpClient api, string path) => JsonNode.Parse(await api.GetStringAsync(path))!;

    private static async Task AssertProblemAsync(HttpClient api, string path, HttpStatusCode status, string names)
    {
        using var response = await api.GetAsync(path);
        Assert.Equal(status, response.StatusCode);
        Assert.Contains(names, (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["detail"], StringComparison.Ordinal);
    }
}
