using LlmObs.Domain;
using LlmObs.TraceLog;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.WebUtilities;

namespace LlmObs.Web.Search;

/// <summary>What a row of the list is.</summary>
public enum SearchView
{
    Requests,
    Spans,
    Sessions,
    Users,
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

    /// <summary>The field whose values are the rows; null when the rows are what <see cref="View"/> says.</summary>
    public string? Group { get; init; }

    public GroupOrder GroupOrder { get; init; }

    /// <summary>The columns chosen, in order; null for the usual ones.</summary>
    public string? Columns { get; init; }

    /// <summary>Facets opened besides the usual ones.</summary>
    public IReadOnlyList<string> Facets { get; init; } = [];

    /// <summary>The saved view that this search began as.</summary>
    public Guid? Saved { get; init; }

    /// <summary>New rows come in by themselves.</summary>
    public bool IsLive { get; init; }

    /// <summary>Only the newest rows of requests and spans can be followed, and only up to now.</summary>
    public bool CanBeLive => this is { Cursor: null, Group: null, Range.Last: not null, View: SearchView.Requests or SearchView.Spans };

    public static SearchAddress Read(IQueryCollection query, Project project, ViewerZone zone)
    {
        var address = ReadStill(query, project, zone);
        return address with { IsLive = address.CanBeLive && query["live"] == "1" };
    }

    private static SearchAddress ReadStill(IQueryCollection query, Project project, ViewerZone zone) =>
        new(
            project,
            ((string?)query["q"] ?? "").ReplaceLineEndings(" ").Trim(),
            TimeRange.Read(query["range"], query["from"], query["to"], zone.Now, zone.FromWallClock),
            Word(query["view"], SearchView.Requests),
            query["cursor"] is [{ Length: > 0 } cursor] ? cursor : null
        )
        {
            Zone = query["tz"],
            How = query["how"],
            NeedsRewriting = TimeRange.IsLocal(query["from"]) || TimeRange.IsLocal(query["to"]),
            Group = SpanField.Find(query["group"]) is { CanGroup: true } field ? field.Name : null,
            GroupOrder = Word(query["by"], GroupOrder.Spans),
            Columns = query["cols"] is [{ Length: > 0 and < 400 } columns] ? columns : null,
            Facets =
            [
                .. ((string?)query["facets"] ?? "")
                    .Split(',')
                    .Select(SpanField.Find)
                    .OfType<SpanField>()
                    .Where(field => field.HasFacet)
                    .Select(field => field.Name)
                    .Distinct(),
            ],
            Saved = Guid.TryParse(query["saved"], out var saved) ? saved : null,
        };

    public string Url => Links.Search(Project, Pairs);

    /// <summary>The same search for another handler: <c>/search/export</c>, <c>/search/facet</c>, …</summary>
    public string UrlOf(string path, params IEnumerable<(string Key, string? Value)> more) => Links.Search(Project, [.. Pairs, .. more], path);

    /// <summary>What a saved view keeps: what is asked and how it is shown, not where in the list one is.</summary>
    public string State
    {
        get
        {
            var kept = new SearchAddress(Project, Query, Range, View)
            {
                Group = Group,
                GroupOrder = GroupOrder,
                Columns = Columns,
            };
            return QueryString
                    .Create(kept.Pairs.Where(pair => !string.IsNullOrEmpty(pair.Value)).Select(pair => KeyValuePair.Create(pair.Key, pair.Value)))
                    .Value?.TrimStart('?')
                ?? "";
        }
    }

    private (string Key, string? Value)[] Pairs =>
        [
            ("q", Query),
            ("range", Range == TimeRange.Default ? null : Range.Last),
            ("from", Range.Last is null ? TimeRange.Text(Range.From) : null),
            ("to", Range.Last is null ? TimeRange.Text(Range.To) : null),
            ("view", View == SearchView.Requests ? null : Word(View)),
            ("group", Group),
            ("by", GroupOrder == GroupOrder.Spans ? null : Word(GroupOrder)),
            ("cols", Columns),
            ("facets", string.Join(',', Facets)),
            ("saved", Saved?.ToString()),
            ("live", IsLive ? "1" : null),
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

    public SearchAddress Over(TimeRange range) => this with { Range = range, Cursor = null, IsLive = IsLive && range.Last is not null };

    public SearchAddress As(SearchView view) =>
        this with
        {
            View = view,
            Cursor = null,
            Group = null,
            GroupOrder = GroupOrder.Spans,
            Columns = null,
            IsLive = false,
        };

    public SearchAddress At(string? cursor) => this with { Cursor = cursor, IsLive = IsLive && cursor is null };

    public SearchAddress GroupedBy(string? field) => this with { Group = field, Cursor = null, IsLive = false };

    public SearchAddress Following(bool isLive) => this with { IsLive = isLive, Cursor = null };

    public SearchAddress Opening(string facet) => this with { Facets = [.. Facets.Append(facet).Distinct()] };

    /// <summary>With the condition added, or taken away when it is there.</summary>
    public SearchAddress Toggling(string field, string value) => Asking(QueryText.Parse(Query).Toggle(field, value));

    /// <summary>Without spans of this value, or with them again when they are left out.</summary>
    public SearchAddress Excluding(string field, string value) => Asking(QueryText.Parse(Query).Exclude(field, value));

    /// <summary>The search that a saved view keeps.</summary>
    public static SearchAddress OfState(string state, Project project, ViewerZone zone) =>
        Read(new QueryCollection(QueryHelpers.ParseQuery(state)), project, zone);

    private static string Word(Enum value) => value.ToString().ToLowerInvariant();

    private static T Word<T>(string? text, T otherwise)
        where T : struct, Enum => Enum.GetValues<T>().Where(value => Word(value) == text).DefaultIfEmpty(otherwise).First();
}
