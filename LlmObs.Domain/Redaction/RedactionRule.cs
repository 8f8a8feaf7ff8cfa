using System.Text.RegularExpressions;

namespace LlmObs.Domain.Redaction;

/// <summary>What to look for. Every pattern runs without backtracking, so no text can make it slow.</summary>
/// <param name="Name">Stands in place of what it found: <c>[mobile]</c>.</param>
/// <param name="IsReal">What a pattern cannot tell: checksums.</param>
public sealed record RedactionRule(string Name, Regex Pattern, Func<ReadOnlySpan<char>, bool>? IsReal = null)
{
    /// <summary>Digits that go on to the left or right are another number.</summary>
    public bool StandsAlone { get; init; }

    /// <summary>A rule of an operator's own.</summary>
    /// <exception cref="ArgumentException">The pattern is no regular expression, matches nothing at all, or needs backtracking (lookarounds, back-references).</exception>
    public static RedactionRule Own(string name, string pattern)
    {
        try
        {
            var regex = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return regex.IsMatch("") ? throw new ArgumentException($"'{pattern}' matches the empty text.") : new(name, regex);
        }
        catch (NotSupportedException exception)
        {
            throw new ArgumentException($"'{pattern}' cannot run in linear time: {exception.Message}", exception);
        }
    }

    /// <summary>The matches in <paramref name="text"/>, left to right.</summary>
    public IEnumerable<(int Index, int Length)> In(string text)
    {
        foreach (Match match in Pattern.Matches(text))
        {
            var isWhole =
                !StandsAlone
                || (
                    (match.Index == 0 || !char.IsAsciiLetterOrDigit(text[match.Index - 1]))
                    && (match.Index + match.Length == text.Length || !char.IsAsciiDigit(text[match.Index + match.Length]))
                );
            if (isWhole && IsReal?.Invoke(match.ValueSpan) != false)
            {
                yield return (match.Index, match.Length);
            }
        }
    }
}
