using System.Text.Json.Nodes;
using LlmObs.EndToEndTests.Support;
using Microsoft.Playwright;

namespace LlmObs.EndToEndTests.Journeys;

/// <summary>What people do in the search: find one user's failing question, and hand what they see to a colleague.</summary>
public sealed class ExplorerTests(StackFixture fixture)
{
    private const string User = "u-explorer";

    // People make ids of whatever they have.
    private const string Session = "s-explorer/南区 50%";

    [Fact]
    public async Task Finds_yesterdays_failing_question_of_one_user_from_two_Chinese_words()
    {
        var failed = await SendAsync();
        var page = await fixture.Browser.OpenAsync(1440, 900);
        await page.GotoAsync(fixture.Stack.Web.ToString());

        // Two words of the question, then the user from the values that were seen.
        await page.Keyboard.PressAsync("/");
        await page.Locator("[data-query]").FillAsync("门店 退款率 user: u-exp");
        var suggestion = page.Locator("[data-suggest] [role=option]", new() { HasText = User });
        await Assertions.Expect(suggestion).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("[data-query]")).ToHaveValueAsync($"门店 退款率 user: {User} ");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("[data-row]")).ToHaveCountAsync(2);

        // The facet narrows to what failed, and the line says so.
        await page.Locator(".facet", new() { HasText = "Failed" }).ClickAsync();
        await Assertions.Expect(page.Locator("[data-query]")).ToHaveValueAsync($"门店 and 退款率 and user: {User} and status: error");
        await Assertions.Expect(page.Locator("[data-row]")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator("[data-row] mark").First).ToHaveTextAsync("门店");
        await Accessibility.AssertAsync(page);

        // The preview names the cause; Enter opens the whole, also after a click beside the list.
        await page.Locator("body").PressAsync("j");
        await Assertions.Expect(page.Locator("[data-peek-pane]")).ToContainTextAsync("no such column: o.gmv_amount");
        await Accessibility.AssertAsync(page);
        await page.Locator(".results-bar h2").ClickAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync(url => url.Contains($"/traces/{failed}", StringComparison.Ordinal));

        // The request knows the list it was opened from.
        await Assertions.Expect(page.Locator("[data-crumb-place]")).ToHaveTextAsync("1 / 1");
        await page.Locator("[data-crumb-list]").ClickAsync();
        await Assertions.Expect(page.Locator("[data-query]")).ToHaveValueAsync($"门店 and 退款率 and user: {User} and status: error");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Remembers_the_lines_that_could_be_read_and_says_while_typing_which_could_not()
    {
        await SendAsync();
        var page = await fixture.Browser.OpenAsync();
        var (line, list) = (page.Locator("[data-query]"), page.Locator("[data-suggest]"));
        await page.GotoAsync(fixture.Stack.Web.ToString());

        await line.FillAsync("stattus: error");
        await Assertions.Expect(list.Locator(".diagnose")).ToContainTextAsync("status");
        await line.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".misread")).ToBeVisibleAsync();
        await line.FillAsync($"status: error and user: {User}");
        await line.PressAsync("Enter");
        await Assertions.Expect(page.Locator("[data-row]")).ToHaveCountAsync(1);
        await page.WaitForLoadStateAsync();

        await line.FillAsync("");
        await Assertions.Expect(list.Locator("[data-line]")).ToHaveTextAsync([$"status: error and user: {User}"]);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_first_page_of_all_speaks_in_the_zone_of_the_browser()
    {
        await SendAsync();
        var page = await fixture.Browser.OpenAsync(zone: "Asia/Kolkata");

        await page.GotoAsync($"{fixture.Stack.Web}?q=user: {User}");

        await Assertions.Expect(page.Locator(".range summary")).ToContainTextAsync("+05:30");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Hands_a_colleague_a_link_that_shows_the_same_columns_and_time()
    {
        await SendAsync();
        var page = await fixture.Browser.OpenAsync();
        await page.GotoAsync($"{fixture.Stack.Web}?q=user: {User}&range=1h");
        await page.Locator("#columns summary").ClickAsync();
        await page.Locator("#columns a", new() { HasText = "Release" }).ClickAsync();
        await Assertions.Expect(page.Locator(".requests thead")).ToContainTextAsync("Release");

        // The list of tomorrow still has them, and says so in its address.
        await page.GotoAsync($"{fixture.Stack.Web}?q=user: {User}&range=1h");
        var link = page.Url;
        Assert.Contains("cols=", link, StringComparison.Ordinal);

        var colleague = await fixture.Browser.OpenAsync(390, 844, ColorScheme.Dark, "zh-CN");
        await colleague.GotoAsync(link);
        await Assertions.Expect(colleague.Locator("th", new() { HasText = "发布版本" })).ToHaveCountAsync(1);
        await Assertions.Expect(colleague.Locator(".range summary")).ToContainTextAsync("最近 1 小时");
        await Assertions.Expect(colleague.Locator("[data-row]")).ToHaveCountAsync(2);
        await Accessibility.AssertAsync(colleague);
        await colleague.Context.CloseAsync();
        await page.SetViewportSizeAsync(390, 844);
        foreach (
            var view in (string[])
                [
                    "",
                    "?view=spans",
                    "?view=sessions",
                    "?view=users",
                    "?group=kind",
                    $"users/{User}",
                    $"sessions/{Uri.EscapeDataString(Session)}",
                    "jump",
                ]
        )
        {
            await page.GotoAsync($"{fixture.Stack.Web}{view}");
            await Fit.AssertWidthAsync(page);
        }

        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Keeps_a_search_privately_then_shares_it()
    {
        await SendAsync();
        var name = $"Refunds {OtlpSender.NewTraceId()[..8]}";
        var page = await fixture.Browser.OpenAsync();
        await page.GotoAsync($"{fixture.Stack.Web}?q=user: {User}&range=6h&view=spans");
        await page.Locator("summary", new() { HasText = "Save view" }).ClickAsync();
        await page.Locator(".save-view [name=name]").FillAsync(name);
        await page.GetByText("Save as a new view").ClickAsync();
        var mine = page.Locator("nav.views a", new() { HasText = name });
        await Assertions.Expect(mine).ToHaveAttributeAsync("aria-current", "true");

        // Nobody else sees it, until it is shared.
        var colleague = await fixture.Browser.OpenAsync();
        await colleague.GotoAsync($"{fixture.Stack.Web}views");
        await Assertions.Expect(colleague.GetByText(name)).ToHaveCountAsync(0);
        await page.GotoAsync($"{fixture.Stack.Web}views");
        var row = page.Locator("tr", new() { HasText = name });
        await row.Locator("summary").ClickAsync();
        await row.Locator("[name=shared]").CheckAsync();
        await row.GetByText("Keep").ClickAsync();
        await Assertions.Expect(row).ToContainTextAsync("everybody here");
        await colleague.ReloadAsync();
        await colleague.GetByText(name).ClickAsync();
        await Assertions.Expect(colleague.Locator("[data-query]")).ToHaveValueAsync($"user: {User}");
        await Assertions.Expect(colleague.Locator(".range summary")).ToContainTextAsync("6 hours");
        await Assertions.Expect(colleague.Locator("[data-row]")).ToHaveCountAsync(4);
        await Accessibility.AssertAsync(colleague);

        // What is changed says so, and the view stays as it was.
        await colleague.Locator(".facet", new() { HasText = "Failed" }).ClickAsync();
        await Assertions.Expect(colleague.Locator("nav.views a", new() { HasText = name })).ToContainTextAsync("(changed)");
        await page.Context.CloseAsync();
        await colleague.Context.CloseAsync();
    }

    [Fact]
    public async Task Reads_a_conversation_turn_by_turn_and_goes_to_who_asked()
    {
        await SendAsync();
        var page = await fixture.Browser.OpenAsync();
        await page.GotoAsync($"{fixture.Stack.Web}?view=sessions&q=user: {User}");
        await page.Locator("[data-row] [data-open]").ClickAsync();

        await Assertions.Expect(page.Locator(".turn")).ToHaveCountAsync(2);
        await Assertions.Expect(page.Locator(".turn").First).ToContainTextAsync("共 3 家");
        await Assertions.Expect(page.Locator(".turn").Last).ToContainTextAsync("no such column: o.gmv_amount");
        await Accessibility.AssertAsync(page);

        await page.Locator(".session-head .field-value", new() { HasText = User }).ClickAsync();
        await page.Locator("[data-open-value]").ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync(User);
        await page.Locator("[data-row] [data-open]").ClickAsync();
        await Assertions.Expect(page.Locator(".turn")).ToHaveCountAsync(2);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Takes_the_list_away_as_a_file()
    {
        await SendAsync();
        var page = await fixture.Browser.OpenAsync();
        Task<IAPIResponse> ExportAsync(string format) =>
            page.APIRequest.GetAsync(
                $"{fixture.Stack.Web}search/export?format={format}&cols=user,duration&q={Uri.EscapeDataString($"user: {User}")}"
            );

        var csv = await ExportAsync("csv");
        Assert.Contains("attachment", csv.Headers["content-disposition"], StringComparison.Ordinal);
        var lines = (await csv.TextAsync()).TrimStart('\uFEFF').Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("time,trace_id,status,question,found,user_id,session_id,duration_ms", lines[0]);
        Assert.Equal(2, lines[1..].Count(line => line.Contains($",{User},{Session},", StringComparison.Ordinal)));

        var jsonl = (await (await ExportAsync("jsonl")).TextAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal([Failed, Answered], jsonl.Select(line => (string?)JsonNode.Parse(line)!["trace_id"]));
        Assert.Equal("PAR1"u8.ToArray(), (await (await ExportAsync("parquet")).BodyAsync())[..4]);

        var refused = await ExportAsync("xml");
        Assert.Equal((400, "format: csv, jsonl or parquet."), (refused.Status, await refused.TextAsync()));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Follows_new_requests_and_lets_them_wait_while_it_is_paused()
    {
        const string Follower = "u-followed";
        using var client = new HttpClient { BaseAddress = fixture.Stack.Ingest };
        async Task AskAsync(string question) =>
            (await OtlpSender.PostAsync(client, Turn(OtlpSender.NewTraceId(), question, "ok", null, Follower))).EnsureSuccessStatusCode();

        await AskAsync("first question");
        var page = await fixture.Browser.OpenAsync();
        var rows = page.Locator("[data-row]");
        await Eventually.GetAsync(
            async () =>
            {
                await page.GotoAsync($"{fixture.Stack.Web}?live=1&q=user: {Follower}");
                return await rows.CountAsync();
            },
            count => count == 1,
            TimeSpan.FromSeconds(30),
            "the first question being listed"
        );
        await page.EvaluateAsync("document.body.dataset.same = 'page'");

        await AskAsync("second question");
        await Assertions.Expect(rows).ToHaveCountAsync(2, new() { Timeout = 30_000 });
        await Assertions.Expect(rows.First).ToContainTextAsync("second question");

        await page.Locator("[data-live-pause]").ClickAsync();
        await AskAsync("third question");
        var waiting = page.Locator("[data-live-show]");
        await Assertions.Expect(waiting).ToHaveTextAsync("1 new", new() { Timeout = 30_000 });
        await Assertions.Expect(rows).ToHaveCountAsync(2);
        await Accessibility.AssertAsync(page);
        await waiting.ClickAsync();
        await Assertions.Expect(rows).ToHaveCountAsync(3);
        Assert.Equal("page", await page.EvaluateAsync<string>("document.body.dataset.same"));
        await page.Context.CloseAsync();
    }

    private static readonly string Failed = OtlpSender.NewTraceId();
    private static readonly string Answered = OtlpSender.NewTraceId();

    /// <summary>Two turns of one conversation, of which the second failed. Sent again, they are the same two.</summary>
    private async Task<string> SendAsync()
    {
        using var client = new HttpClient { BaseAddress = fixture.Stack.Ingest };
        (await OtlpSender.PostAsync(client, Turn(Answered, "各门店的退款率是多少？", "共 3 家", null))).EnsureSuccessStatusCode();
        (await OtlpSender.PostAsync(client, Turn(Failed, "昨天各门店的退款率呢？", null, "no such column: o.gmv_amount"))).EnsureSuccessStatusCode();
        using var api = fixture.Stack.Api();
        await Eventually.GetAsync(
            () => api.GetStringAsync($"/api/v1/spans?query={Uri.EscapeDataString($"user: {User} and status: error")}"),
            answer => answer.Contains(Failed, StringComparison.Ordinal),
            TimeSpan.FromSeconds(30),
            "the failing turn being searchable"
        );
        return Failed;
    }

    private static JsonObject Turn(string traceId, string question, string? answer, string? error, string user = User) =>
        OtlpSender.Trace(
            traceId,
            1,
            (span, index) =>
            {
                var attributes = (JsonArray)span["attributes"]!;
                attributes.Add(OtlpSender.Attribute("session.id", user == User ? Session : $"s-{user}"));
                attributes.Add(OtlpSender.Attribute("user.id", user));
                attributes.Add(OtlpSender.Attribute("input.value", question));
                if (answer is not null && index == 0)
                {
                    attributes.Add(OtlpSender.Attribute("output.value", answer));
                }

                if (error is not null)
                {
                    span["status"] = new JsonObject { ["code"] = 2, ["message"] = error };
                }
            }
        );
}
