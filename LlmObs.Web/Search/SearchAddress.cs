using LlmObs.Domain;
using LlmObs.Web.Shell;

namespace LlmObs.Web.Search;

public enum SearchView
{
    Requests,
    Spans,
}

/// <summary>The state of the search page, all of it: what its address says.</summary>
public sealed record SearchAddress(Project Project, string Query, TimeRange Range, SearchView View = SearchView.Requests, string? Cursor = null)
{
    /// <summary>The zone of <c>?tz=</c>, when the address names one.</summary>
    public string? Zone { get; init; }

    /// <summary>What the address said could not be shared as it is: times without a zone.</summary>
    public bool NeedsRewriting { get; private init; }

    /// <summary>Which snippets the first page shows.</summary>
    public string? How { get; init; }

    public static SearchAddress Read(IQueryCollection query, Project project, ViewerZone zone) =>
        new(
            project,
            ((string?)query["q"] ?? "").ReplaceLineEndings(" ").Trim(),
            TimeRange.Read(query["range"], query["from"], query["to"], zone.Now, zone.FromWallClock),
            (string?)query["view"] == "spans" ? SearchView.Spans : SearchView.Requests,
            query["cursor"] is [{ Length: > 0 } cursor] ? cursor : null
        )
        {
            Zone = query["tz"],
            How = query["how"],
            NeedsRewriting = TimeRange.IsLocal(query["from"]) || TimeRange.IsLocal(query["to"]),
        };

    public string Url => Links.Search(Project, Pairs);

    private (string Key, string? Value)[] Pairs =>
        [
            ("q", Query),
            ("range", Range == TimeRange.Default ? null : Range.Last),
            ("from", Range.Last is null ? TimeRange.Text(Range.From) : null),
            ("to", Range.Last is null ? TimeRange.Text(Range.To) : null),
            ("view", View == SearchView.Spans ? "spans" : null),
            ("tz", Zone),
            ("how", How),
            ("cursor", Cursor),
        ];

    /// <summary>What a form has to carry along besides the fields it asks for itself. A new question starts on its first page.</summary>
    public IEnumerable<(string Key, string Value)> KeptBesides(params string[] own) =>
        from pair in Pairs.Append(("project", Project.Name == Project.DefaultName ? null : Project.Name))
        where !string.IsNullOrEmpty(pair.Item2) && pair.Item1 is not ("cursor" or "how") && !own.Contains(pair.Item1)
        select (pair.Item1, pair.Item2!);

    // Another question starts on its first page.
    public SearchAddress Asking(string query) => this with { Query = query, Cursor = null };

    public SearchAddress Over(TimeRange range) => this with { Range = range, Cursor = null };

    public SearchAddress As(SearchView view) => this with { View = view, Cursor = null };

    public SearchAddress At(string? cursor) => this with { Cursor = cursor };

    /// <summary>With the condition added, or taken away when it is there.</summary>
    public SearchAddress Toggling(string field, string value) => Asking(QueryText.Parse(Query).Toggle(field, value));
}
