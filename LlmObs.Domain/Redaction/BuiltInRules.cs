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
