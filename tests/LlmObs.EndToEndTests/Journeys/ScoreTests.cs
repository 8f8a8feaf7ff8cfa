using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LlmObs.EndToEndTests.Support;
using Microsoft.Playwright;

namespace LlmObs.EndToEndTests.Journeys;

public sealed class ScoreTests(StackFixture fixture)
{
    [Fact]
    public async Task A_bad_score_is_found_by_its_name_and_value_and_leads_to_its_trace()
    {
        var name = $"found-{Guid.NewGuid():N}";
        var (good, bad) = (Guid.NewGuid().ToString("N"), Guid.NewGuid().ToString("N"));
        using var api = fixture.Stack.Api();
        await PostAsync(
            api,
            "/api/v1/scores",
            new
            {
                traceId = good,
                name,
                value = 0.9,
            }
        );
        await PostAsync(
            api,
            "/api/v1/scores",
            new
            {
                traceId = bad,
                name,
                value = 0.2,
            }
        );

        var found = JsonNode.Parse(await api.GetStringAsync($"/api/v1/scores?name={name}&atMost=0.5"))!["scores"]!.AsArray();
        Assert.Equal(bad, (string?)Assert.Single(found)!["traceId"]);

        var page = await fixture.Browser.OpenAsync(390);
        await page.GotoAsync($"{fixture.Stack.Web}scores/all");
        await page.GetByLabel("Name").SelectOptionAsync(name);
        await page.GetByLabel("at most").FillAsync("0.5");
        await page.GetByRole(AriaRole.Button, new() { Name = "Filter" }).ClickAsync();
        var rows = page.Locator("tbody tr");
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await Assertions.Expect(rows.First.Locator($"a[href='/traces/{bad}']")).ToBeVisibleAsync();
        await Accessibility.AssertAsync(page);

        // A value is included or left out as any other.
        await rows.First.GetByText("0.2").ClickAsync();
        await page.Locator(".value-menu").GetByText("Leave it out").ClickAsync();
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await Assertions.Expect(rows.First.Locator($"a[href='/traces/{good}']")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByLabel("all but these")).ToBeCheckedAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task What_people_disliked_is_found_by_the_words_they_asked_with()
    {
        var (liked, disliked) = (OtlpSender.NewTraceId(), OtlpSender.NewTraceId());
        var (name, word) = ($"helpful-{liked}", $"退货{liked[..8]}");
        using var api = fixture.Stack.Api();
        foreach (var (trace, value) in ((string, bool)[])[(liked, true), (disliked, false)])
        {
            await MadeCall.SendAsync(
                fixture.Stack.Ingest,
                MadeCall.Of(trace, "answer", [MadeCall.Message("user", $"{word} 运费怎么算？")], [MadeCall.Message("assistant", "由买家承担。")])
            );
            await PostAsync(
                api,
                "/api/v1/scores",
                new
                {
                    traceId = trace,
                    name,
                    value,
                    type = "boolean",
                }
            );
        }

        foreach (var (query, count) in ((string, int)[])[(word, 2), ($"{word} score.{name}: false", 1)])
        {
            await Eventually.GetAsync(
                async () => JsonNode.Parse(await api.GetStringAsync($"/api/v1/traces?query={Uri.EscapeDataString(query)}"))!["traces"]!.AsArray(),
                traces => traces.Count == count,
                TimeSpan.FromSeconds(30),
                $"{count} traces with {query}"
            );
        }

        var page = await fixture.Browser.OpenAsync();
        var (line, rows) = (page.Locator("[data-query]"), page.Locator("[data-row]"));
        var offered = page.Locator("[data-suggest] [role=option]");
        await page.GotoAsync(fixture.Stack.Web.ToString());
        await line.FillAsync($"{word} helpful-{liked[..12]}");
        await offered.GetByText($"score.{name}").ClickAsync();
        await Assertions.Expect(line).ToHaveValueAsync($"{word} score.{name}: ");
        await offered.GetByText("false").ClickAsync();
        await Accessibility.AssertAsync(page);
        await line.PressAsync("Enter");
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await Assertions.Expect(rows.First).ToHaveAttributeAsync("data-row", disliked);

        // The score on the trace asks as well, for what says the same or something else.
        await page.GotoAsync($"{fixture.Stack.Web}traces/{disliked}");
        await page.Locator($".chip[data-field='score.{name}']").First.ClickAsync();
        await page.Locator(".value-menu").GetByText("Leave it out").ClickAsync();
        await Assertions.Expect(line).ToHaveValueAsync($"not score.{name}: false");
        await Assertions.Expect(page.Locator($"[data-row='{disliked}']")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator($"[data-row='{liked}']")).ToHaveCountAsync(1);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_score_may_come_before_its_trace_is_kept_once_and_pages_by_key()
    {
        var session = Guid.NewGuid().ToString("N");
        var traceId = Guid.NewGuid().ToString("N");
        using var api = fixture.Stack.Api();
        foreach (var i in (int[])[1, 2, 3, 3])
        {
            await PostAsync(
                api,
                "/api/v1/scores",
                new
                {
                    id = $"{session}-{i}",
                    sessionId = session,
                    name = "helpful",
                    value = i / 4.0,
                }
            );
        }

        await PostAsync(
            api,
            "/api/v1/feedback",
            new
            {
                traceId,
                value = true,
                comment = "right",
            }
        );

        using var ingest = new HttpClient
        {
            BaseAddress = fixture.Stack.Ingest,
            DefaultRequestHeaders = { Authorization = api.DefaultRequestHeaders.Authorization },
        };
        using var sent = await ingest.PostAsJsonAsync(
            "/api/public/ingestion",
            JsonNode.Parse(
                $$$"""{"batch":[{"id":"{{{traceId}}}","type":"trace-create","timestamp":"2026-11-23T07:26:21Z","body":{"id":"{{{traceId}}}","name":"judged","sessionId":"{{{session}}}" } }]}"""
            )
        );
        Assert.Equal(HttpStatusCode.MultiStatus, sent.StatusCode);

        var trace = await Eventually.GetAsync(
            async () => JsonNode.Parse(await api.GetStringAsync($"/api/v1/traces/{traceId}"))!,
            trace => trace["scores"]!.AsArray().Count == 4,
            TimeSpan.FromSeconds(60),
            "The trace with its scores and its session's"
        );
        Assert.Contains(trace["scores"]!.AsArray(), score => (string)score!["name"]! == "user_feedback" && (bool)score["value"]!);

        var first = JsonNode.Parse(await api.GetStringAsync($"/api/v1/scores?sessionId={session}&limit=2"))!;
        var rest = JsonNode.Parse(
            await api.GetStringAsync($"/api/v1/scores?sessionId={session}&limit=2&cursor={Uri.EscapeDataString((string)first["nextCursor"]!)}")
        )!;
        Assert.Equal(3, first["scores"]!.AsArray().Concat(rest["scores"]!.AsArray()).Select(score => (string)score!["id"]!).Distinct().Count());
        Assert.Null(rest["nextCursor"]);
    }

    [Theory]
    [InlineData("""{"traceId":"t","name":"n"}""", "value")]
    [InlineData("""{"name":"n","value":1}""", "traceId")]
    [InlineData("""{"traceId":"t","value":1}""", "name")]
    [InlineData("""{"traceId":"t","name":"n","value":1,"type":"stars"}""", "type")]
    [InlineData("""{"spanId":"s","name":"n","value":1}""", "spanId")]
    [InlineData("""{"traceId":"t","name":"n","value":1,"time":"noon"}""", "time")]
    public async Task A_bad_score_is_told_its_field(string body, string field)
    {
        using var api = fixture.Stack.Api();
        using var response = await api.PostAsync("/api/v1/scores", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(field, (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["field"]);
    }

    private static async Task PostAsync(HttpClient api, string path, object body)
    {
        using var response = await api.PostAsJsonAsync(path, body);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}
