using Microsoft.Extensions.Localization;

namespace LlmObs.Web.Search;

/// <summary>Why a query line cannot be read, in the reader's language: <c>IStringLocalizer&lt;QueryFaults&gt;</c>, Resources/Search/QueryFaults.zh.resx.</summary>
public sealed class QueryFaults;

public static class QueryFaultWords
{
    public static string Said(this IStringLocalizer<QueryFaults> words, FormattableString reason) =>
        words[reason.Format, [.. reason.GetArguments().Select(argument => argument ?? "")]];
}
