using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;

namespace LlmObs.Web.Search;

/// <summary>What columns show of a row, whether the row is a request or a span.</summary>
/// <param name="SpanCount">Of the whole request; null for a span.</param>
public sealed record RowFields(
    Span Span,
    long DurationNano,
    TokenUsage? Usage,
    IReadOnlyList<Cost> Costs,
    string? User,
    string? Session,
    int? SpanCount
)
{
    public string? Service { get; init; }
    public string? Release { get; init; }
    public string? Environment { get; init; }
    public string? Request { get; init; }
    public IReadOnlyList<string> Tags { get; init; } = [];

    public static RowFields Of(Span span) =>
        new(span, span.DurationNano, span.Usage, span.Cost is { } cost ? [cost] : [], span.UserId, span.SessionId, null)
        {
            Service = span.Service,
            Release = span.Release,
            Environment = span.Environment,
            Request = span.RequestId,
            Tags = span.Tags,
        };

    public static RowFields Of(RequestRow row)
    {
        var best = row.Hit.Best.Span;
        return row.Summary is not { } summary
            ? Of(best)
            : new(
                best,
                summary.DurationNano,
                summary.Usage,
                summary.Costs,
                summary.UserId ?? best.UserId,
                summary.SessionId ?? best.SessionId,
                summary.SpanCount
            )
            {
                Service = summary.Service ?? best.Service,
                Release = summary.Release ?? best.Release,
                Environment = summary.Environment ?? best.Environment,
                Request = summary.RequestId ?? best.RequestId,
                Tags = summary.Tags,
            };
    }
}

/// <summary>A column of a list of requests or spans.</summary>
/// <param name="Key">In the address.</param>
/// <param name="Title">English, the key of its translation in <c>FieldTitles</c>.</param>
/// <param name="Class">Decides its width and where it is left out.</param>
/// <param name="Field">The field of the query line its values belong to; null for figures.</param>
/// <param name="Text">The values of a row; only for columns with a field.</param>
public sealed record ResultColumn(string Key, string Title, string Class, string? Field, Func<RowFields, IEnumerable<string?>> Text)
{
    private const int Most = 12;

    public static readonly IReadOnlyList<ResultColumn> All =
    [
        Figure("duration", "Duration", "c-dur"),
        Figure("tokens", "Tokens", "c-tok"),
        Figure("cost", "Cost", "c-cost"),
        Figure("ttft", "First token", "c-tok"),
        Figure("spans", "Steps", "c-tok"),
        new("user", "User, session", "c-who", null, row => [row.User, row.Session]),
        Value("service", "Service", row => row.Service),
        Value("model", "Model", row => row.Span.DisplayModel),
        Value("kind", "Kind", row => row.Span.Kind.Word()),
        Value("request", "Request id", row => row.Request),
        Value("release", "Release", row => row.Release),
        Value("environment", "Environment", row => row.Environment),
        Value("workflow", "Workflow", row => row.Span.WorkflowName),
        Value("agent", "Agent", row => row.Span.AgentName),
        Value("promptName", "Prompt", row => row.Span.PromptName),
        Value("promptVersion", "Prompt version", row => row.Span.PromptVersion),
        Value("provider", "Provider", row => row.Span.Provider),
        Value("operation", "Operation", row => row.Span.Operation),
        Value("error", "Error", row => row.Span.ErrorType),
        new("tags", "Tags", "c-more", "tags", row => row.Tags),
    ];

    private static readonly string[] OfRequests = ["duration", "tokens", "cost", "user"];
    private static readonly string[] OfSpans = ["service", "model", "duration", "tokens", "cost"];

    public bool IsNumber => Class is "c-dur" or "c-tok" or "c-cost";

    /// <summary>The columns an address chose; the usual ones of the view when it chose none, or none that exists.</summary>
    public static IReadOnlyList<ResultColumn> Chosen(SearchAddress address)
    {
        var chosen = Find(address.Columns?.Split(',') ?? []);
        return chosen.Count > 0 ? chosen : Usual(address.View);
    }

    public static IReadOnlyList<ResultColumn> Usual(SearchView view) => Find(view == SearchView.Spans ? OfSpans : OfRequests);

    /// <summary>The address that shows these columns.</summary>
    public static SearchAddress Showing(SearchAddress address, IReadOnlyList<ResultColumn> columns) =>
        address with
        {
            Columns = columns.SequenceEqual(Usual(address.View)) ? null : string.Join(',', columns.Select(column => column.Key)),
        };

    private static IReadOnlyList<ResultColumn> Find(IEnumerable<string> keys) =>
        [.. keys.Select(key => All.FirstOrDefault(column => column.Key == key)).OfType<ResultColumn>().Distinct().Take(Most)];

    private static ResultColumn Figure(string key, string title, string width) => new(key, title, width, null, _ => []);

    private static ResultColumn Value(string key, string title, Func<RowFields, string?> text) => new(key, title, "c-more", key, row => [text(row)]);
}
