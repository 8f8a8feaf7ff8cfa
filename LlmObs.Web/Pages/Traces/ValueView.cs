using LlmObs.Domain.Spans;
using LlmObs.Web.Rendering;

namespace LlmObs.Web.Pages.Traces;

/// <summary>A value to show somewhere in the panel.</summary>
/// <param name="Field">Its name in the raw address, unique within the panel.</param>
/// <param name="IsShown">False when the panel already holds as much as a browser lays out at ease; then only a link is drawn.</param>
public sealed record ValueView(string Text, string Field, SpanPanel Panel, bool IsShown = true)
{
    public TraceAddress Address => Panel.Address;

    public string Id => IdOf(Field);

    /// <summary>The form the reader chose, a word of <see cref="ValueForms"/>; null when it is to be found out.</summary>
    public string? Form => Panel.IsRaw ? ValueForms.Raw : Address.Values.FormOf(Field);

    public bool IsRaw => Form == ValueForms.Raw;

    /// <summary>Shown as what changed against the previous call of the same prompt.</summary>
    public bool IsChange => Address.Values.Changed == Field;

    /// <summary>What of it is shown.</summary>
    public TextPart Shown => field ??= Panel.LongTexts.GetValueOrDefault(Field) ?? TextPart.Of(Text, Address.Values.PartOf(Field));

    public int Parts => TextParts.Count(Shown.Chars);

    public int Part => Math.Min(Address.Values.PartOf(Field), Parts);

    public RenderRequest Request => new(Id, Panel.IsFailed ? Panel.ErrorText : null, Panel.Dialect, ValueForms.Format(Form), Panel.IsCutByUs);

    /// <summary>The page with this value in another form; null finds out again.</summary>
    public string As(string? form) => To(Address.Values.WithForm(Field, form));

    public string ToPart(int part) => To(Address.Values.WithPart(Field, part));

    public string AsChange => To(Address.Values with { Changed = Field });

    /// <summary>An address that leads to this value.</summary>
    public string Link => To(Address.Values);

    public static string IdOf(string field) => "v-" + string.Concat(field.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));

    private string To(ValueChoices choices) => (Address with { Values = choices }).Page + "#" + Id;
}

/// <summary>How much text one panel draws: many large messages together are as heavy as one huge one.</summary>
public sealed class ReadingBudget
{
    private const int Chars = 1_500_000;

    private int taken;

    /// <summary>True while there is room. The first value is always taken; how much of it shows is the renderer's matter.</summary>
    public bool Takes(int chars)
    {
        var fits = taken < Chars;
        taken += Math.Min(chars, TextParts.Chars);
        return fits;
    }
}
