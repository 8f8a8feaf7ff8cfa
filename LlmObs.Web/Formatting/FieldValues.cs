using LlmObs.Domain.Spans;
using Microsoft.Extensions.Localization;

namespace LlmObs.Web.Formatting;

/// <summary>How values of fields with a fixed vocabulary are said to people.</summary>
public static class FieldValues
{
    /// <summary><c>Failed</c> for <c>status: error</c>, the kind's own name, else the value as it is.</summary>
    public static string Shown(this IStringLocalizer<Words> words, string field, string value) =>
        (field, value) switch
        {
            ("kind", _) when Enum.TryParse<SpanKind>(value, true, out var kind) => words[KindLook.Of(kind).Name],
            ("status", "error") => words["Failed"],
            ("status", "ok") => words["Passed"],
            ("status", "unset") => words["Unset"],
            _ => value,
        };
}
