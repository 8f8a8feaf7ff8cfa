using System.Text.Json.Nodes;
using LlmObs.EndToEndTests.Support;
using Microsoft.Playwright;

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
        <link rel="stylesheet" href="http://192.0.2.1/x.css"><object data="http://192.0.2.1/o"></object><base href="http://192.0.2.1/">
        <svg><use href="http://192.0.2.1/x.svg#a"/><image href="http://192.0.2.1/i.png"/><foreignObject><img src="http://192.0.2.1/f.png"></foreignObject></svg>
        <p style="background:url(http://192.0.2.1/style)">styled</p> <input autofocus onfocus="window.owned = 6"> <details ontoggle="window.owned = 7" open>x</details>
        <div hx-on:load="window.owned = 8" data-hx-get="/logout" hx-post="/logout" hx-trigger="load">htmx</div>
        [pаypal](https://xn--pypal-4ve.com/) [data](data:text/html;base64,PHNjcmlwdD53aW5kb3cub3duZWQgPSA5PC9zY3JpcHQ+) [vb](vbscript:msgbox(1))
        """;

    // What hides or turns text around: right-to-left override, zero width, an escape sequence of terminals, a Unicode tag.
    private const string Hidden =
        "user\u202Etxt.exe pay\u200Bpal \u001b[31mred\u001b[0m \u001b]8;;http://192.0.2.1/ansi\u0007link\u001b]8;;\u0007 \U000E0041\U000E0042";

    /// <summary>Every form a reader can choose: what is inert when found has to be inert when asked for.</summary>
    private static readonly string[] Forms = ["markdown", "json", "sql", "tagged", "yaml", "code", "stack", "text", "raw"];

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
                    span["name"] = Attack + Hidden;
                    span["events"] = new JsonArray(
                        new JsonObject
                        {
                            ["name"] = Attack,
                            ["timeUnixNano"] = span["startTimeUnixNano"]!.GetValue<string>(),
                            ["attributes"] = new JsonArray(OtlpSender.Attribute("exception.stacktrace", "Error: x\n    at " + Attack)),
                        }
                    );
                    span["status"] = new JsonObject { ["code"] = 2, ["message"] = Attack };
                    span["attributes"] = new JsonArray(
                        OtlpSender.Attribute("gen_ai.operation.name", "chat"),
                        OtlpSender.Attribute("gen_ai.request.model", Attack),
                        OtlpSender.Attribute("session.id", Attack),
                        OtlpSender.Attribute("user.id", Hidden),
                        OtlpSender.Attribute(
                            "gen_ai.input.messages",
                            new JsonArray(
                                Message("user", "# Markdown\n\n" + Attack),
                                Message("user", $"<attack>\n{Attack}\n</attack>\n<hidden>\n{Hidden}\n</hidden>"),
                                Media("image", "image/svg+xml", "data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9IndpbmRvdy5vd25lZD0xMCIvPg=="),
                                Media("image", "image/png", "http://192.0.2.1/media.png"),
                                Message("assistant", new JsonObject { ["html"] = Attack, ["hidden"] = Hidden }.ToJsonString())
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
        var forms = Forms.Select(form => $"traces/{traceId}?as=message.0.0~{form}&as=message.1.0~{form}&as=message.4.0~{form}");
        foreach (
            var path in (string[])
                [
                    $"traces/{traceId}",
                    .. forms,
                    $"traces/{traceId}?tab=attributes",
                    $"traces/{traceId}?tab=events",
                    $"traces/{traceId}?changed=message.0.0",
                    $"traces/{traceId}?show=timeline",
                    $"traces/{traceId}?show=transcript",
                    $"traces/{traceId}?show=graph",
                    $"traces/{traceId}?show=log",
                    $"requests/{traceId}",
                    $"compare?left={traceId}&right={traceId}&a=0000000000000001&b=0000000000000001",
                    $"sessions/{Uri.EscapeDataString(Attack)}",
                    $"users/{Uri.EscapeDataString(Hidden)}",
                    "search",
                    "search?view=spans",
                    "search?view=sessions",
                    "search?view=users",
                    "search?group=name",
                ]
        )
        {
            await page.GotoAsync($"{fixture.Stack.Web}{path}");
            await page.EvaluateAsync("() => { for (const fold of document.querySelectorAll('details')) fold.open = true; }");
            await page.WaitForTimeoutAsync(200);
            Assert.True(await page.EvaluateAsync<bool>("window.owned === undefined"), $"/{path} ran a script out of a trace");
            var text = await page.EvaluateAsync<string>("document.body.innerText");
            Assert.False(text.AsSpan().ContainsAny('\u202E', '\u200B', '\u001b'), $"/{path} shows text that turns around or hides");
        }

        await page.GotoAsync($"{fixture.Stack.Web}traces/{traceId}");
        Assert.Equal(["ESC", "U+200B", "U+202E", "U+E0041"], await MarksAsync(page));

        Assert.Empty(foreign);
        Assert.Empty(reports);
        await page.Context.CloseAsync();
    }

    /// <summary>Which invisible characters are shown as marks.</summary>
    private static async Task<IEnumerable<string>> MarksAsync(IPage page) =>
        (await page.Locator("[data-panel] .ctl").AllTextContentsAsync())
            .Where(mark => mark is "ESC" or "U+200B" or "U+202E" or "U+E0041")
            .Distinct()
            .Order(StringComparer.Ordinal);

    private static JsonObject Media(string modality, string type, string uri) =>
        new()
        {
            ["role"] = "user",
            ["parts"] = new JsonArray(
                new JsonObject
                {
                    ["type"] = "uri",
                    ["modality"] = modality,
                    ["mime_type"] = type,
                    ["uri"] = uri,
                }
            ),
        };

    private static JsonObject Message(string role, string text) =>
        new() { ["role"] = role, ["parts"] = new JsonArray(new JsonObject { ["type"] = "text", ["content"] = text }) };
}
