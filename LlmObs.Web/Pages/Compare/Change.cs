using LlmObs.Domain.Spans;
using LlmObs.Web.Formatting;

namespace LlmObs.Web.Pages.Compare;

/// <summary>How a difference is written: with its sign, <c>0</c> for none, — where one side is unknown.</summary>
public static class Change
{
    public static string Duration(long before, long after) => Signed(after - before, Figures.Duration(Math.Abs(after - before)).ToString());

    public static string Count(long before, long after) => Signed(after - before, Figures.Count(Math.Abs(after - before)));

    public static string Tokens(TokenUsage? before, TokenUsage? after) =>
        (Total(before), Total(after)) is ({ } a, { } b) ? Count(a, b) : Figures.Unknown;

    /// <summary>Only where both sides are in the one currency.</summary>
    public static string Cost(IReadOnlyList<Cost> before, IReadOnlyList<Cost> after) =>
        (before, after) is ([var a], [var b]) && a.Currency == b.Currency
            ? Signed(b.Total - a.Total, Figures.Money(b with { Total = Math.Abs(b.Total - a.Total) }))
            : Figures.Unknown;

    private static long? Total(TokenUsage? usage) =>
        usage is null
            ? null
            : usage.TotalTokens
                ?? (usage.InputTokens is null && usage.OutputTokens is null ? null : (usage.InputTokens ?? 0) + (usage.OutputTokens ?? 0));

    private static string Signed(decimal difference, string size) =>
        difference switch
        {
            > 0 => "+" + size,
            < 0 => "−" + size,
            _ => "0",
        };
}
