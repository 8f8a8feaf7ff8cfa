using System.Globalization;
using Microsoft.Extensions.Localization;

namespace LlmObs.Web.Rendering;

/// <summary>What one rendering carries along: words, ids that are unique on the page, and how much may still be drawn.</summary>
internal sealed class RenderRun(IStringLocalizer words, string id, string? error)
{
    /// <summary>Values inside values are unpacked this deep: JSON in a string in JSON in a prompt.</summary>
    public const int NestingLimit = 6;

    private int ids;

    public string Id => id;
    public string? Error => error;

    /// <summary>Elements of JSON trees still allowed. A page of 20,000 is slow to lay out; beyond it, what is left out is said.</summary>
    public int JsonBudget { get; set; } = 12_000;

    public string NextId() => string.Create(CultureInfo.InvariantCulture, $"{id}-{++ids}");

    /// <param name="noun">A singular whose plural ends in s: the keys of the translations are <c>1 line</c> and <c>{0} lines</c>.</param>
    public string Count(string noun, int count) => count == 1 ? Say($"1 {noun}") : Say($"{{0}} {noun}s", count);

    public string Say(string english, params object[] values) => words[english, values];
}
