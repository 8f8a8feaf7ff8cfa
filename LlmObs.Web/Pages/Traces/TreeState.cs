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
    public int From { get; init; }

    public bool IsSearching => Find is { Length: > 0 } || Kind is not null;

    public string AddTo(string address)
    {
        address = Add(address, "show", Show == Tree ? null : Show);
        address = Add(address, "find", Find);
        address = Add(address, "kind", Kind?.Word());
        return Add(address, "from", From == 0 ? null : From.ToString(CultureInfo.InvariantCulture));
    }

    private static string Add(string address, string name, string? value) =>
        string.IsNullOrEmpty(value) ? address : QueryHelpers.AddQueryString(address, name, value);
}
