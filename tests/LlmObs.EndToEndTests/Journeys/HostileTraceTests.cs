using System.Text.Json.Nodes;
using LlmObs.EndToEndTests.Support;

namespace LlmObs.EndToEndTests.Journeys;

/// <summary>A trace full of attacks runs nothing and loads nothing.</summary>
public sealed class HostileTraceTests(StackFixture fixture)
{
    private const string Attack = """
        <script>window.owned = 1</script><img src="http://192.0.2.1/pixel.png" onerror="window.owned = 2">
        <svg onload="window.owned = 3"><a xlink:href="javascript:window.owned = 4">x</a></svg>
        ![remote](http://192.0.2.1/remote.png) [click](javascript:window.owned%20=%205) <iframe src="http://192.0.2.1/"></iframe>
        <div hx-get="/api/v1/status" hx-trigger="load">htmx</div><style>body { background: url(http://192.0.2.1/css) }</style>
        <form action="http://192.0.2.1/"><input name="p"></form> <meta http-equiv="refresh" content="0;url=http://192.0.2.1/">
        """;

    [Fact]
    public async Task Runs_and_loads_nothing_out_of_a_trace()
    {
        var traceId = OtlpSender.NewTraceId();
        using var client = new HttpClient { BaseAddress = fixture.Stack.Ingest };
        using var response = await OtlpSender.PostAsync(
            client,
            OtlpSender.Trace(
                traceId,
                1,
                (span, _) =>
                {
                    span["name"] = Attack;
                    span["status"] = new JsonObject { ["code"] = 2, ["message"] = Attack };
                    span["attributes"] = new JsonArray(
                        OtlpSender.Attribute("gen_ai.operation.name", "chat"),
                        OtlpSender.Attribute("gen_ai.request.model", Attack),
                        OtlpSender.Attribute("session.id", Attack),
                        OtlpSender.Attribute(
                            "gen_ai.input.messages",
                            new JsonArray(
                                Message("user", "# Markdown\n\n" + Attack),
                                Message("assistant", new JsonObject { ["html"] = Attack }.ToJsonString())
                            ).ToJsonString()
                        ),
                        OtlpSender.Attribute(
                            "gen_ai.output.messages",
                            new JsonArray(Message("assistant", "```sql\nSELECT '" + Attack + "'\n```")).ToJsonString()
                        ),
                        OtlpSender.Attribute(Attack, Attack)
                    );
                }
            )
        );
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());

        var page = await fixture.Browser.OpenAsync();
        var foreign = new List<string>();
        var reports = new List<string>();
        page.Request += (_, request) =>
        {
            if (
                !request.Url.StartsWith(fixture.Stack.Web.ToString(), StringComparison.Ordinal)
                && !request.Url.StartsWith("data:", StringComparison.Ordinal)
            )
            {
                foreign.Add(request.Url);
            }
        };
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                reports.Add(message.Text);
            }
        };
        page.Dialog += (_, dialog) => reports.Add("dialog: " + dialog.Message);
        foreach (var path in (string[])[$"traces/{traceId}", $"traces/{traceId}?tab=attributes", "search"])
        {
            await page.GotoAsync($"{fixture.Stack.Web}{path}");
            await page.WaitForTimeoutAsync(500);
            Assert.True(await page.EvaluateAsync<bool>("window.owned === undefined"), $"/{path} ran a script out of a trace");
        }

        Assert.Empty(foreign);
        Assert.Empty(reports);
        await page.Context.CloseAsync();
    }

    private static JsonObject Message(string role, string text) =>
        new() { ["role"] = role, ["parts"] = new JsonArray(new JsonObject { ["type"] = "text", ["content"] = text }) };
}
