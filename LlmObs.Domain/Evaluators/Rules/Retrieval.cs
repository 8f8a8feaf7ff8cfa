using LlmObs.Domain.Spans;

namespace LlmObs.Domain.Evaluators.Rules;

/// <summary>What was retrieved, and whether the answer rests on it.</summary>
internal static class Retrieval
{
    private const int FewestWords = 5;

    public static RuleResult? Found(Subject subject)
    {
        var searches = subject.Below.Where(record => record.Span.Kind == SpanKind.Retriever).ToList();
        return searches.Count == 0
            ? null
            : RuleResult.Of(searches.All(record => record.Content.Documents.Count == 0) ? "nothing was retrieved" : null);
    }

    /// <summary>The share of the answer's words and figures that are in documents, results of tools and databases, or the question itself.</summary>
    public static RuleResult? Grounded(Subject subject, RuleSettings settings)
    {
        var sources = subject.Sources;
        if (subject.Answer is not { } answer || sources.Count == 0)
        {
            return null;
        }

        var words = Words.Of(answer).Distinct(StringComparer.Ordinal).ToList();
        if (words.Count < FewestWords)
        {
            return null;
        }

        var known = sources.Append(subject.Question ?? "").SelectMany(Words.Of).ToHashSet(StringComparer.Ordinal);
        var missing = words.FindAll(word => !known.Contains(word));
        var share = 1 - (double)missing.Count / words.Count;
        return RuleResult.Of(
            share >= settings.GroundedShare ? null : $"{share:0%} of its words are in the sources; not there: {string.Join(", ", missing.Take(8))}"
        );
    }
}
