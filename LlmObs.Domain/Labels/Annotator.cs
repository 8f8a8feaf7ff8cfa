using System.Text;

namespace LlmObs.Domain.Labels;

/// <summary>The name under which somebody labels. Said, not proven: whoever is signed in may say any.</summary>
public static class Annotator
{
    public const int MaxName = 60;

    /// <summary>One spelling of a name. Null when there is no name in it, or one too long.</summary>
    public static string? Read(string? text) => OneLine(text) is { Length: > 0 and <= MaxName } name ? name : null;

    /// <summary>What somebody typed into one line: composed, single spaces, no control characters.</summary>
    public static string OneLine(string? text)
    {
        var visible = string.Concat(
            (text ?? "").Normalize(NormalizationForm.FormC).Where(letter => !char.IsControl(letter) || char.IsWhiteSpace(letter))
        );
        return string.Join(' ', visible.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
