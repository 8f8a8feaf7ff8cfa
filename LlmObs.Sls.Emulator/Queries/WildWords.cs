using LlmObs.Sls.Emulator.Search;
using LlmObs.Sls.Emulator.Storage.Terms;

namespace LlmObs.Sls.Emulator.Queries;

/// <summary>Which words the wildcards of a search stand for: as in the service at most a hundred each, here the first in order.</summary>
internal static class WildWords
{
    public const int Most = 100;

    public static IReadOnlyDictionary<WildTerm, IReadOnlyList<string>> Of(
        TermQuery query,
        IReadOnlyList<ITermSource> sources,
        CancellationToken cancellationToken
    ) => Wildcards(query).Distinct().ToDictionary(wild => wild, wild => Words(wild, sources, cancellationToken));

    private static IReadOnlyList<string> Words(WildTerm wild, IReadOnlyList<ITermSource> sources, CancellationToken cancellationToken)
    {
        var words = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var source in sources)
        {
            cancellationToken.ThrowIfCancellationRequested();
            words.UnionWith(source.Words(wild.Prefix).Where(word => wild.Pattern.IsMatch(word)).Take(Most));
        }
        return [.. words.Take(Most)];
    }

    private static IEnumerable<WildTerm> Wildcards(TermQuery query) =>
        query switch
        {
            WildTerm wild => [wild],
            NotTerms not => Wildcards(not.Inner),
            AllTerms all => all.Parts.SelectMany(Wildcards),
            AnyTerm any => any.Parts.SelectMany(Wildcards),
            TextCheck check => Wildcards(check.Needed),
            _ => [],
        };
}
