using System.Text.RegularExpressions;

namespace LlmObs.Domain.Redaction;

/// <summary>The rules that come with the product.</summary>
public static class BuiltInRules
{
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    /// <summary>Most specific first: of two rules that find the same characters the earlier has them.</summary>
    public static IReadOnlyList<RedactionRule> All { get; } =
    [
        new(
            "secret",
            new(
                """
                -----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*-----END [A-Z ]*PRIVATE KEY-----
                |eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}
                |\b[sprk]k-[A-Za-z0-9_-]{20,}
                |\bAKIA[0-9A-Z]{16}\b
                |\bLTAI[0-9A-Za-z]{12,26}\b
                |\bAIza[0-9A-Za-z_-]{35}
                |\bgh[pousr]_[A-Za-z0-9]{36,}
                |\bxox[abprs]-[A-Za-z0-9-]{10,}
                |\b[Bb]earer[ ][A-Za-z0-9._~+/=-]{20,}
                """.Replace("-----BEGIN [A-Z ]*PRIVATE KEY", @"-----BEGIN\ [A-Z\ ]*PRIVATE\ KEY", StringComparison.Ordinal).Replace(
                    "-----END [A-Z ]*PRIVATE KEY",
                    @"-----END\ [A-Z\ ]*PRIVATE\ KEY",
                    StringComparison.Ordinal
                ),
                Linear | RegexOptions.IgnorePatternWhitespace
            )
        ),
        new("email", new(@"[A-Za-z0-9][A-Za-z0-9._%+-]*@[A-Za-z0-9][A-Za-z0-9.-]*\.[A-Za-z]{2,}", Linear)),
        new("id_card", new(@"[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]", Linear), Checksums.IsIdCard)
        {
            StandsAlone = true,
        },
        new("bank_card", new(@"[3-6]\d{3}(?:[ -]?\d{4}){2}[ -]?\d{3,4}(?:[ -]?\d{1,3})?", Linear), Checksums.IsLuhn) { StandsAlone = true },
        new("mobile", new(@"(?:\+86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}", Linear)) { StandsAlone = true },
    ];
}

/// <summary>Check digits, which tell a number that means something from one that only looks like it.</summary>
public static class Checksums
{
    /// <summary>Resident identity cards of the People's Republic: GB 11643, ISO 7064 MOD 11-2.</summary>
    public static bool IsIdCard(ReadOnlySpan<char> text)
    {
        if (text.Length != 18)
        {
            return false;
        }

        ReadOnlySpan<int> weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        var sum = 0;
        for (var i = 0; i < 17; i++)
        {
            sum += (text[i] - '0') * weights[i];
        }

        return char.ToUpperInvariant(text[17]) == "10X98765432"[sum % 11];
    }

    /// <summary>Luhn over the digits of a card's number, of which there are 15 to 19.</summary>
    public static bool IsLuhn(ReadOnlySpan<char> text)
    {
        var (sum, digits) = (0, 0);
        for (var i = text.Length - 1; i >= 0; i--)
        {
            if (char.IsAsciiDigit(text[i]))
            {
                var digit = (text[i] - '0') * (digits++ % 2 == 0 ? 1 : 2);
                sum += digit > 9 ? digit - 9 : digit;
            }
        }

        return digits is >= 15 and <= 19 && sum % 10 == 0;
    }
}
