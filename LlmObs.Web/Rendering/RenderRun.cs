using System.Globalization;
using Microsoft.Extensions.Localization;

namespace LlmObs.Web.Rendering;

/// <summary>What one rendering carries along: words, ids that are unique on the page, and how much may still be drawn.</summary>
internal sealed class RenderRun(IStringLocalizer words, RenderRequest request)
{
    /// <summary>Values inside values are unpacked this deep: JSON in a string in JSON in a prompt.</summary>
    public const int NestingLimit = 6;

    private const int MostEntries = 400;
    private const int LongCode = 300;

    private int ids;

    public string? Error => request.Error;

    /// <summary>The database the value's SQL is for, as people write its name; null when it isn't known.</summary>
    public string? Dialect => request.Dialect;

    /// <summary>Elements of JSON trees still allowed. A page of 20,000 is slow to lay out; beyond it, what is left out is said.</summary>
    public int JsonBudget { get; set; } = 12_000;

    /// <summary>Some character was written as <c>\uXXXX</c> and is shown as itself.</summary>
    public bool HasEscapes { get; private set; }

    /// <summary>The parts of a long prompt as they are drawn; fences join it once there are some.</summary>
    public List<OutlineEntry> Outline { get; } = [];

    public string NextId() => Id(++ids);

    /// <summary>Puts the code that is about to be drawn into the outline, where there is one and the code is long enough to jump to.</summary>
    public void NextInOutline(string title, int chars)
    {
        if (Outline.Count is > 0 and < MostEntries && chars >= LongCode)
        {
            Outline.Add(new(Id(ids + 1), title, IsInner: true, chars));
        }
    }

    /// <param name="noun">A singular whose plural ends in s: the keys of the translations are <c>1 line</c> and <c>{0} lines</c>.</param>
    public string Count(string noun, int count) => count == 1 ? Say($"1 {noun}") : Say($"{{0}} {noun}s", count);

    public string Say(string english, params object[] values) => words[english, values];

    /// <summary>The text with its escapes shown as the characters they mean, which is remembered.</summary>
    public string Decode(string text)
    {
        var decoded = UnicodeEscapes.Decode(text);
        HasEscapes |= !ReferenceEquals(decoded, text) && decoded != text;
        return decoded;
    }

    /// <summary>Remembers that a reader of JSON met an escape.</summary>
    public void SawEscape() => HasEscapes = true;

    /// <summary>Who cut a document that ends in its middle.</summary>
    public string CutBy => Say(request.IsCutByUs ? "cut here by LlmObs (Ingest:MaxAttributeBytes)" : "cut here by its sender");

    private string Id(int number) => string.Create(CultureInfo.InvariantCulture, $"{request.Id}-{number}");
}
