using System.Globalization;
using LlmObs.Domain.Spans;
using Microsoft.AspNetCore.WebUtilities;

namespace LlmObs.Web.Pages.Traces;

/// <summary>The part of the page's state that is not about the selected span; like all of it, in the address.</summary>
public sealed record TreeState
{
    public static readonly TreeState Whole = new();

    public const string Tree = "tree";

    /// <summary>The views of one selection, the tree first.</summary>
    public static readonly IReadOnlyList<string> Views = [Tree, "timeline", "transcript", "graph", "log"];

    /// <summary>Set when the page shows a whole request.</summary>
    public string? RequestId { get; init; }

    /// <summary>One of <see cref="Views"/>.</summary>
    public string Show { get; init; } = Tree;

    /// <summary>Words looked for in names and contents.</summary>
    public string? Find { get; init; }

    /// <summary>Only steps of this kind count as found.</summary>
    public SpanKind? Kind { get; init; }

    /// <summary>The row, or the entry of another view, that a page without scripts begins at.</summary>
    public int FirstRow { get; init; }

    /// <summary>Rows that are neither found nor above what is found are left out of the tree.</summary>
    public bool ShowsOnlyFound { get; init; }

    /// <summary>The part of the time that the bars show.</summary>
    public TimeSlice Time { get; init; } = TimeSlice.Whole;

    /// <summary>Reads the query of an address; what makes no sense is passed over.</summary>
    public static TreeState From(IQueryCollection query, string? requestId) =>
        new()
        {
            RequestId = requestId,
            Show = Views.FirstOrDefault(view => view == query["show"]) ?? Tree,
            Find = ((string?)query["find"])?.Trim(),
            Kind = Enum.GetValues<SpanKind>().Where(kind => kind.Word() == query["kind"]).Select(kind => (SpanKind?)kind).FirstOrDefault(),
            FirstRow = int.TryParse(query["from"], NumberStyles.None, CultureInfo.InvariantCulture, out var from) ? from : 0,
            ShowsOnlyFound = query["only"] == "1",
            Time = TimeSlice.Read(query["time"]),
        };

    public bool IsSearching => Find is { Length: > 0 } || Kind is not null;

    public string AddTo(string address)
    {
        address = Add(address, "show", Show == Tree ? null : Show);
        address = Add(address, "find", Find);
        address = Add(address, "kind", Kind?.Word());
        address = Add(address, "only", ShowsOnlyFound ? "1" : null);
        address = Add(address, "time", Time.Word);
        return Add(address, "from", FirstRow == 0 ? null : FirstRow.ToString(CultureInfo.InvariantCulture));
    }

    private static string Add(string address, string name, string? value) =>
        string.IsNullOrEmpty(value) ? address : QueryHelpers.AddQueryString(address, name, value);
}
