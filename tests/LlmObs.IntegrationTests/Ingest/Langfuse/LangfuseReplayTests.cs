using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.Storage.Access;
using LlmObs.Storage.Reading;

namespace LlmObs.IntegrationTests.Ingest.Langfuse;

/// <summary>Captured runs of real Langfuse clients, byte for byte: in order, in reverse, and twice.</summary>
public sealed class LangfuseReplayTests(IngestDatabase database) : IAsyncLifetime
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "fixtures", "langfuse");
    private IngestServer _server = null!;

    public async ValueTask InitializeAsync() =>
        _server = await (await IngestServer.StartAsync(database, null, ("Storage:UpdateQuiet", "00:00:00.2"))).ReadyAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("", false)]
    [InlineData("", true)]
    [InlineData("/langfuse", false)]
    public async Task A_v3_run_gives_its_observations_in_any_order(string prefix, bool reverse)
    {
        var run = Run("langfuse-v3.ingestion");
        await ReplayAsync("langfuse-v3.ingestion", prefix, reverse);
        await ReplayAsync("langfuse-v3.ingestion", prefix, reverse);

        var events = run["langfuse_events"]!["list"]!.AsArray().Select(e => e!).ToList();
        var expected = events
            .Where(e => ((string)e["type"]!).Split('-')[0] is "span" or "generation" or "event")
            .GroupBy(e => (string)e["id"]!)
            .ToDictionary(same => same.Key, same => same.ToList());
        var traceId = (string)events[0]["id"]!;
        var records = await EventuallyAsync(traceId, records => records.Count == expected.Count + 1 && records.All(IsWhole));

        foreach (var (id, told) in expected)
        {
            var span = Assert.Single(records, record => record.Span.SpanId == id).Span;
            Assert.Equal((string?)told.Select(e => e["name"]).FirstOrDefault(name => name is not null), span.RawName);
            Assert.Equal(((string)told[0]["type"]!).StartsWith("generation", StringComparison.Ordinal), span.Kind == SpanKind.Llm);
            var usage = told.Select(e => e["usageDetails"] ?? e["usage"]).FirstOrDefault(usage => usage?["input"] is not null);
            Assert.Equal((long?)usage?["input"], span.Usage?.InputTokens);
            Assert.Equal((long?)usage?["output"], span.Usage?.OutputTokens);
            Assert.Equal((long?)usage?["total"], span.Usage?.TotalTokens);
            Assert.Equal((string?)told.Select(e => e["parent"]).FirstOrDefault(parent => parent is not null) ?? traceId, span.ParentSpanId);
        }

        var summary = TraceRollup.Summarise([.. records.Select(record => record.Span)]);
        Assert.Equal("text2sql", summary.Name);
        Assert.True(summary.ErrorCount > 0);
        Assert.Contains(records, record => record.Span.Cost?.Total == 0.0000865m);
        Assert.Contains(records, record => record.Span.TimeToFirstTokenMs > 0);

        var scores = await ScoresAsync(traceId);
        Assert.Equal(
            events.Where(e => (string)e["type"]! == "score-create").Select(e => (string)e["name"]!).Order(StringComparer.Ordinal),
            scores.Select(score => score.Name).Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_v5_run_gives_kinds_tokens_scores_and_its_image(bool reverse)
    {
        var run = Run("langfuse-v5.http-json");
        await ReplayAsync("langfuse-v5.http-json", "", reverse);
        await ReplayAsync("langfuse-v5.http-json", "", reverse: false);

        var traceId = (string)run["traces"]![0]!["trace_id"]!;
        var records = await EventuallyAsync(traceId, records => records.Count == (int)run["spans_unique"]!);
        foreach (var (name, kind) in run["expected_kinds"]!.AsObject())
        {
            Assert.All(
                records.Where(record => record.Span.RawName == name),
                record => Assert.Contains(record.Span.Kind.Word(), ((string)kind!).Split('|', '('))
            );
        }

        var totals = run["truth"]!["payload_totals"]!;
        var extra = run["truth"]!["extra_generations"]![0]!;
        var models = records.Where(record => record.Span.Kind.IsModelCall()).ToList();
        Assert.Equal(
            (long)totals["input_tokens"]!,
            models.Sum(record => record.Span.RawName == (string)extra["name"]! ? 0 : record.Span.Usage?.InputTokens ?? 0)
        );
        Assert.NotEmpty(await ScoresAsync(traceId));
    }

    private async Task<IReadOnlyList<SpanRecord>> EventuallyAsync(string traceId, Func<IReadOnlyList<SpanRecord>, bool> isDone)
    {
        var deadline = TimeProvider.System.GetUtcNow().AddSeconds(60);
        while (true)
        {
            var records = await _server.TraceAsync("default", traceId);
            if (isDone(records) || TimeProvider.System.GetUtcNow() > deadline)
            {
                Assert.True(
                    isDone(records),
                    $"{records.Count} spans: {string.Join(", ", records.Select(r => $"{r.Span.Name} {r.Span.DurationMs}"))}"
                );
                return records;
            }

            await Task.Delay(100, Cancel);
        }
    }

    private async Task<IReadOnlyList<Domain.Scores.Score>> ScoresAsync(string traceId)
    {
        var project = await _server.Get<Projects>().FindAsync("default", Cancel);
        return await _server.Get<ScoreReader>().OfTraceAsync(project!.Id, traceId, null, null, Cancel);
    }

    private static bool IsWhole(SpanRecord record) => record.Content.Notes.Count == 0;

    private static JsonNode Run(string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, name, $"{name}.run.json")))!;

    private async Task ReplayAsync(string name, string prefix, bool reverse)
    {
        var metas = Directory.GetFiles(Path.Combine(Folder, name), "*.meta.json").Order(StringComparer.Ordinal);
        foreach (var path in reverse ? metas.Reverse() : metas)
        {
            var meta = JsonNode.Parse(await File.ReadAllTextAsync(path, Cancel))!;
            var address = (string)meta["path"]!;
            if (!address.StartsWith("/api/public/", StringComparison.Ordinal))
            {
                // The upload, which went to an address that the capturing server made up.
                continue;
            }

            using var request = new HttpRequestMessage(new HttpMethod((string)meta["method"]!), prefix + address);
            if ((string?)meta["body"] is { } body)
            {
                request.Content = new ByteArrayContent(await File.ReadAllBytesAsync(Path.Combine(Path.GetDirectoryName(path)!, body), Cancel));
                request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse((string)meta["headers"]!["content-type"]!);
            }

            // The fixture's own pair is not known here; a sender on this machine needs none.
            using var response = await _server.Http.SendAsync(request, Cancel);
            var answer = await response.Content.ReadAsStringAsync(Cancel);
            if (address.Contains("/prompts/", StringComparison.Ordinal))
            {
                Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            }
            else
            {
                Assert.True(response.IsSuccessStatusCode, $"{address}: {response.StatusCode} {answer}");
            }

            if (address == "/api/public/ingestion")
            {
                Assert.Equal(HttpStatusCode.MultiStatus, response.StatusCode);
                Assert.Empty(JsonNode.Parse(answer)!["errors"]!.AsArray());
            }
        }
    }
}
