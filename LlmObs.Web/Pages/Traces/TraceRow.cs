using System.Globalization;
using LlmObs.Domain.Traces;

namespace LlmObs.Web.Pages.Traces;

/// <summary>One line of the tree with its bar, ready to draw.</summary>
/// <param name="Node">Null for the place of a parent that was named but never came.</param>
/// <param name="MissingParentId">That parent's id.</param>
/// <param name="Level">From 1, as assistive technology counts.</param>
/// <param name="Guide">An SVG path; empty for a root.</param>
/// <param name="GuideLevels">How many steps of indentation are drawn.</param>
/// <param name="IsGuess">The tie to the parent is not what the sender said: dashed.</param>
/// <param name="HasChildren">It can be folded.</param>
/// <param name="Bar">Null for a missing parent.</param>
public sealed record TraceRow(
    TraceNode? Node,
    string? MissingParentId,
    int Level,
    string Guide,
    int GuideLevels,
    bool IsGuess,
    bool HasChildren,
    TraceBar? Bar
)
{
    /// <summary>From 0, counting every row, drawn or not.</summary>
    public int Index { get; init; }

    /// <summary>How many rows after it are below it.</summary>
    public int Below { get; init; }

    /// <summary>What it and everything below it come to; null for a missing parent.</summary>
    public SubtreeTotals? Totals { get; init; }

    /// <summary>Where it held up the whole.</summary>
    public IReadOnlyList<CriticalMark> Critical { get; init; } = [];
}

/// <summary>A stretch of the critical path under a bar, in percent of the trace.</summary>
/// <param name="IsIdle">Nothing inside the step ran.</param>
public readonly record struct CriticalMark(double Start, double Width, bool IsIdle);

/// <summary>Where a span stands in time, in percent of the trace.</summary>
/// <param name="Start">0–100.</param>
/// <param name="Width">Never so small that it can't be seen.</param>
/// <param name="FirstToken">The part of the width before the first token; 0 when unknown.</param>
/// <param name="IsFrame">It contains the work of others; else the work is its own.</param>
/// <param name="Label">Where its duration is written: <c>after</c>, <c>before</c> or <c>inside</c>.</param>
public sealed record TraceBar(double Start, double Width, double FirstToken, bool IsFrame, string Label)
{
    private const double Thinnest = 0.25;

    public double End => Start + Width;

    /// <summary>A bar from one place to another, with a width that can be seen and its duration where there is room for it.</summary>
    /// <param name="firstToken">How much of it passed before the first token.</param>
    public static TraceBar Between(double start, double end, double firstToken, bool isFrame)
    {
        start = Math.Clamp(start, 0, 100 - Thinnest);
        var width = Math.Clamp(end - start, Thinnest, 100 - start);
        var label =
            start + width <= 80 ? "after"
            : start >= 20 ? "before"
            : "inside";
        return new(start, width, Math.Clamp(firstToken, 0, width), isFrame, label);
    }

    public static string Percent(double value) => Math.Round(value, 3).ToString("0.###", CultureInfo.InvariantCulture) + "%";
}
