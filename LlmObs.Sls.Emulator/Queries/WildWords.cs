using LlmObs.Sls.Emulator.Search;
using LlmObs.Sls.Emulator.Storage.Terms;

namespace LlmObs.Sls.Emulator.Queries;

/// <summary>Which words the wildcards of a search stand for: as in the service at most a hundred each, here the first in order.</summary>
internal static class WildWords
{
    public const int Most = 100;

    public static IReadOnlyDictionary<WildTerm, IReadOnlyList<string>> Of(TermQuery query, SourceQueries sources) =>
        TermQuery.Within(query).OfType<WildTerm>().Distinct().ToDictionary(wild => wild, wild => Words(wild, sources));

    private static IReadOnlyList<string> Words(WildTerm wild, SourceQueries sources) =>
        [
            .. sources
                .Ask(source => source.Words(wild.Prefix).Where(word => wild.Pattern.IsMatch(word)).Take(Most).ToList())
                .SelectMany(words => words)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)
                .Take(Most),
        ];
}
