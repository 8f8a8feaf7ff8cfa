using System.Globalization;
using System.Text.Json;
using LlmObs.EndToEndTests.Support;
using Microsoft.Playwright;

namespace LlmObs.EndToEndTests.Screenshots;

/// <summary>
/// Pictures of every page, in both languages and themes, for the documents and to be looked at. Runs when asked for by <c>eng/screenshots.sh</c> only: it starts the
/// demo and waits until there is something to see.
/// </summary>
public sealed class PageScreenshots
{
    private const int Width = 1280;
    private const int Height = 800;
    private const int Quality = 42;
    private const int FewestFailures = 2;

    private static readonly string Folder = Path.Combine(Repository.Root, "docs", "images", "pages");

    /// <summary>Name of the file and address; {trace}, {span}, {request}, {session}, {user} and {other} are filled in from the demo. Add a line for a new page.</summary>
    private static readonly (string Name, string Path)[] Pages =
    [
        ("search", "search"),
        ("search-scores", "search?view=spans&range=7d&q=score.sql_executable: false"),
        ("search-groups", "search?group=name&range=7d"),
        ("views", "views"),
        ("jump", "jump?text=s"),
        ("sessions", "sessions"),
        ("session", "sessions/{session}"),
        ("users", "users"),
        ("user", "users/{user}"),
        ("trace", "traces/{trace}?span={span}"),
        ("trace-attributes", "traces/{trace}?span={span}&tab=attributes"),
        ("request", "requests/{request}?show=timeline"),
        ("request-transcript", "requests/{request}?show=transcript"),
        ("request-graph", "requests/{request}?show=graph"),
        ("request-log", "requests/{request}?show=log"),
        ("compare", "compare?left={trace}&right={other}"),
        ("quality", "quality"),
        ("quality-report", "quality/report"),
        ("quality-definitions", "quality/definitions"),
        ("quality-requests", "quality/requests"),
        ("evaluators", "quality/evaluators"),
        ("evaluator", "quality/evaluators/reverse"),
        ("evaluator-new", "quality/evaluators/new/sql"),
        ("evaluator-job", "quality/jobs/1"),
        ("scores", "scores/all"),
        ("labels", "labels"),
        ("label-set-new", "labels/sets/new"),
        ("label-queue", "labels/queues/1"),
        ("label-queue-new", "labels/queues/new"),
        ("label-item", "labels/queues/1/items/1"),
        ("label-files", "labels/queues/1/files"),
        ("label-table", "labels/queues/1/table"),
        ("cases", "cases"),
        ("case", "cases/1"),
        ("case-new", "cases/new?trace={trace}&from=trace"),
        ("system", "system"),
        ("prices", "prices"),
        ("redaction", "redaction"),
        ("keys", "keys"),
        ("name", "name"),
        ("not-found", "no/such/page"),
    ];

    [Fact(Explicit = true)]
    public async Task Takes_every_page_in_both_languages_and_themes()
    {
        await using var stack = await Stack.StartAsync(arguments: "--demo");
        await using var browser = await Browser.StartAsync(stack.LoginLink);
        var names = await SeenAsync(stack);
        Directory.CreateDirectory(Folder);
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            foreach (var locale in (string[])["en-US", "zh-CN"])
            {
                var page = await browser.OpenAsync(Width, Height, scheme, locale);
                await page.GotoAsync($"{stack.Web}name");
                await page.Locator("[name=name]").FillAsync("Lin Yue");
                await page.Locator("main button").ClickAsync();
                foreach (var (name, path) in Pages)
                {
                    await page.GotoAsync(stack.Web + Filled(path, names));
                    var file = $"{name}.{locale[..2]}.{(scheme == ColorScheme.Dark ? "dark" : "light")}.jpg";
                    await page.ScreenshotAsync(
                        new()
                        {
                            Path = Path.Combine(Folder, file),
                            Type = ScreenshotType.Jpeg,
                            Quality = Quality,
                        }
                    );
                }

                await page.Context.CloseAsync();
            }
        }
    }

    private static string Filled(string path, IReadOnlyDictionary<string, string> names) =>
        names.Aggregate(path, (filled, name) => filled.Replace($"{{{name.Key}}}", Uri.EscapeDataString(name.Value), StringComparison.Ordinal));

    /// <summary>Ids of a request of the demo whose SQL failed, and of another trace.</summary>
    private static async Task<Dictionary<string, string>> SeenAsync(Stack stack)
    {
        using var api = stack.Api();
        // The demo labels and files cases once its week was played and judged; labels come last.
        await Eventually.GetAsync(
            () => api.GetStringAsync("/api/v1/scores?name=correct"),
            answer => answer.Contains("\"human\"", StringComparison.Ordinal),
            TimeSpan.FromMinutes(15),
            "the demo's labels"
        );
        var failed = await SpansAsync(api, "status: error and kind: db", FewestFailures);
        var span = failed[0];
        string Text(string name) => span.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
        return new(StringComparer.Ordinal)
        {
            ["trace"] = Text("traceId"),
            ["span"] = Text("spanId"),
            ["request"] = Text("requestId"),
            ["session"] = Text("sessionId"),
            ["user"] = Text("userId"),
            ["other"] =
                failed.Select(other => other.GetProperty("traceId").GetString()!).FirstOrDefault(id => id != Text("traceId")) ?? Text("traceId"),
        };
    }

    private static async Task<List<JsonElement>> SpansAsync(HttpClient api, string query, int fewest)
    {
        var answer = await Eventually.GetAsync(
            () => api.GetStringAsync(string.Create(CultureInfo.InvariantCulture, $"/api/v1/spans?query={Uri.EscapeDataString(query)}&limit=50")),
            json => Parsed(json).Count >= fewest,
            TimeSpan.FromMinutes(5),
            $"{fewest} spans of the demo for {query}"
        );
        return Parsed(answer);
    }

    private static List<JsonElement> Parsed(string json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.GetProperty("spans").Clone().EnumerateArray()];
    }
}
