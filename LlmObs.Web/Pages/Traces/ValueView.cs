using LlmObs.Web.Rendering;

namespace LlmObs.Web.Pages.Traces;

/// <summary>A value to show somewhere in the panel.</summary>
/// <param name="Field">Its name in the raw address, unique within the panel.</param>
/// <param name="Error">The step's error, to point out the line of SQL it names.</param>
/// <param name="IsRaw">Shown as it came.</param>
/// <param name="IsShown">False when the panel already holds as much as a browser lays out at ease; then only a link is drawn.</param>
public sealed record ValueView(string Text, string Field, TraceAddress Address, string? Error, bool IsRaw, bool IsShown)
{
    public string Id => "v-" + Field.Replace('.', '-');

    public int AllParts => (Text.Length / ContentRenderer.PartChars) + 1;
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
        taken += Math.Min(chars, ContentRenderer.PartChars);
        return fits;
    }
}
