using LlmObs.EndToEndTests.Support;
using Microsoft.Playwright;

namespace LlmObs.EndToEndTests.Journeys;

/// <summary>Somebody reads what a step was told and said: in another form, a word of it, what changed, and takes it along.</summary>
public sealed class ContentTests(StackFixture fixture)
{
    private const string Answer =
        "The query:\nSELECT store_name, SUM(pay_amount) FROM fact_order GROUP BY store_name;\n{\"rows\": [{\"门店\": \"\\u4e0a\\u6d77\"}]}";

    [Fact]
    public async Task Reads_one_value_in_several_forms_with_and_without_scripts()
    {
        var traceId = await SendAsync("chat forms", "# 角色\n\n你是分析师");
        foreach (var scripts in (bool[])[true, false])
        {
            var page = await fixture.Browser.OpenAsync(scripts: scripts);
            await page.GotoAsync($"{fixture.Stack.Web}traces/{traceId}");
            var answer = page.Locator(".msg.assistant");
            await Assertions.Expect(answer.Locator(".code .lang").First).ToHaveTextAsync("SQL");
            await Assertions.Expect(answer.Locator(".json")).ToContainTextAsync("上海");
            await Assertions.Expect(answer.Locator(".value-tools .chip")).ToBeVisibleAsync();

            await ChooseAsync(answer, "Code");
            await Assertions.Expect(answer.Locator(".value-tools summary")).ToContainTextAsync("Code");
            await ChooseAsync(answer, "Raw");
            await Assertions.Expect(answer.Locator(".plain")).ToContainTextAsync("\\u4e0a\\u6d77");
            await Assertions.Expect(answer.Locator(".code")).ToHaveCountAsync(0);

            // The form is in the address: a colleague sees the same.
            Assert.Contains("as=", page.Url, StringComparison.Ordinal);
            await page.ReloadAsync();
            await Assertions.Expect(answer.Locator(".plain")).ToContainTextAsync("\\u4e0a\\u6d77");
            if (scripts)
            {
                await Accessibility.AssertAsync(page);
            }

            await page.Context.CloseAsync();
        }
    }

    [Fact]
    public async Task Long_lines_wrap_until_the_reader_says_otherwise()
    {
        var traceId = await SendAsync("chat wrap", string.Concat(Enumerable.Repeat("没有空格的长句子", 80)));
        var page = await fixture.Browser.OpenAsync();
        var prompt = page.Locator(".msg.system .plain pre");
        Task<bool> WrapsAsync() => prompt.EvaluateAsync<bool>("text => text.scrollWidth <= text.clientWidth");

        await page.GotoAsync($"{fixture.Stack.Web}traces/{traceId}");
        Assert.True(await WrapsAsync());

        await page.GetByLabel("Wrap lines").ClickAsync();
        Assert.False(await WrapsAsync());
        await page.ReloadAsync();
        Assert.False(await WrapsAsync());
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Shows_what_changed_against_the_previous_call()
    {
        var name = $"chat {Guid.NewGuid():N}";
        var before = await SendAsync(name, "你是资深分析师。\n只用 fact_order。\nBe brief.");
        await SearchableAsync(before);
        var after = await SendAsync(name, "你是资深分析师。\n只用 dim_store。\nBe brief.");
        var page = await fixture.Browser.OpenAsync();
        await page.GotoAsync($"{fixture.Stack.Web}traces/{after}");

        await ChooseAsync(page.Locator(".msg.system"), "Changes since the previous call");

        await Assertions.Expect(page.Locator(".diff del")).ToHaveTextAsync("fact_order");
        await Assertions.Expect(page.Locator(".diff ins")).ToHaveTextAsync("dim_store");
        await Assertions.Expect(page.Locator(".msg.system .note a")).ToHaveAttributeAsync("href", new System.Text.RegularExpressions.Regex(before));
        await Accessibility.AssertAsync(page);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Finds_a_word_in_a_folded_part_and_copies_the_value_as_it_came()
    {
        var prompt =
            string.Concat(Enumerable.Range(1, 4).Select(i => $"## Part {i}\n\n{new string('长', 3500)}\n\n")) + "## Rules\n\nneedle " + "\n\nneedle";
        var traceId = await SendAsync("chat find", prompt);
        var page = await fixture.Browser.OpenAsync();
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await page.GotoAsync($"{fixture.Stack.Web}traces/{traceId}");
        await Assertions.Expect(page.Locator(".outline a")).ToHaveCountAsync(5);
        await page.Locator(".fold summary").Last.ClickAsync();

        await page.Keyboard.PressAsync("f");
        await page.Keyboard.TypeAsync("needle");
        await Assertions.Expect(page.Locator("[data-find-count]")).ToHaveTextAsync("1 / 2");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("[data-find-count]")).ToHaveTextAsync("2 / 2");
        Assert.NotNull(await page.Locator(".fold").Last.GetAttributeAsync("open"));

        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("r");
        await Assertions.Expect(page.Locator("[data-reading='raw']")).ToHaveAttributeAsync("aria-current", "true");
        await page.Locator(".msg.system [data-copy-raw].icon-only").ClickAsync();
        await Eventually.GetAsync(
            () => ClipboardAsync(page),
            text => text == prompt,
            TimeSpan.FromSeconds(10),
            "the prompt on the clipboard as it came"
        );

        await page.Locator(".msg.system .value-tools summary").ClickAsync();
        await page.Locator(".msg.system").GetByText("Copy the request as cURL").ClickAsync();
        await Eventually.GetAsync(
            () => ClipboardAsync(page),
            text => text.Contains("\"model\": \"qwen-max\"", StringComparison.Ordinal),
            TimeSpan.FromSeconds(10),
            "the request as a command on the clipboard"
        );
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Reads_a_step_and_one_value_of_it_on_the_whole_screen_and_takes_the_value_along_as_a_file()
    {
        const string Prompt = "# 角色\r\n\n你是分析师\u00a0\t";
        var traceId = await SendAsync("chat file", Prompt);
        var page = await fixture.Browser.OpenAsync();
        await page.GotoAsync($"{fixture.Stack.Web}traces/{traceId}");
        var panel = page.Locator("[data-panel]");
        var prompt = page.Locator(".msg.system");
        var answer = page.Locator(".msg.assistant");
        Task<bool> FillsAsync() =>
            panel.EvaluateAsync<bool>(
                "panel => { const box = panel.getBoundingClientRect(); return box.width === innerWidth && box.height === innerHeight; }"
            );

        Assert.False(await FillsAsync());
        await page.GetByLabel("Full screen").ClickAsync();
        Assert.True(await FillsAsync());
        await Assertions.Expect(answer).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        Assert.False(await FillsAsync());

        await ChooseAsync(prompt, "Read alone");
        Assert.True(await FillsAsync());
        await Assertions.Expect(prompt).ToBeVisibleAsync();
        await Assertions.Expect(answer).ToBeHiddenAsync();
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(answer).ToBeVisibleAsync();

        var file = await page.RunAndWaitForDownloadAsync(() => ChooseAsync(prompt, "Download"));
        Assert.Equal(Prompt, await File.ReadAllTextAsync(await file.PathAsync()));
        await page.Context.CloseAsync();
    }

    private static Task<string> ClipboardAsync(IPage page) => page.EvaluateAsync<string>("() => navigator.clipboard.readText()");

    private static async Task ChooseAsync(ILocator message, string entry)
    {
        await message.Locator(".value-tools summary").ClickAsync();
        await message.Locator(".menu-body").GetByText(entry, new() { Exact = true }).ClickAsync();
    }

    private async Task<string> SendAsync(string name, string prompt)
    {
        var traceId = OtlpSender.NewTraceId();
        await MadeCall.SendAsync(
            fixture.Stack.Ingest,
            MadeCall.Of(
                traceId,
                name,
                [MadeCall.Message("system", prompt), MadeCall.Message("user", "哪家门店最高？")],
                [MadeCall.Message("assistant", Answer)]
            )
        );
        return traceId;
    }

    private async Task SearchableAsync(string traceId)
    {
        using var api = fixture.Stack.Api();
        await Eventually.GetAsync(
            () => api.GetStringAsync($"/api/v1/spans?query={Uri.EscapeDataString("trace:" + traceId)}"),
            answer => answer.Contains(traceId, StringComparison.Ordinal),
            TimeSpan.FromSeconds(30),
            "the first call being searchable"
        );
    }
}
