using System.Text.RegularExpressions;

namespace LlmObs.SqlCopilot.Knowledge;

/// <param name="Content">Markdown.</param>
internal sealed record Document(string Id, string Title, string Content);

/// <summary><see cref="Score"/> is BM25: comparable within one search only.</summary>
internal sealed record Hit(string Id, string Title, double Score, string Content);

/// <summary>Tables, metrics and example questions, ranked by BM25 over English words and Chinese character pairs.</summary>
internal sealed partial class KnowledgeBase
{
    private const double K1 = 1.2;
    private const double B = 0.75;
    private readonly (Document Document, Dictionary<string, int> Terms, int Length)[] _documents;
    private readonly Dictionary<string, int> _documentsWithTerm;
    private readonly double _averageLength;

    public KnowledgeBase(IEnumerable<Document> documents)
    {
        _documents =
        [
            .. documents.Select(document =>
            {
                var terms = Terms($"{document.Title} {document.Title} {document.Content}").ToList();
                return (document, terms.CountBy(term => term).ToDictionary(), terms.Count);
            }),
        ];
        _documentsWithTerm = _documents.SelectMany(entry => entry.Terms.Keys).CountBy(term => term).ToDictionary();
        _averageLength = _documents.Average(entry => entry.Length);
    }

    public static KnowledgeBase Load() =>
        new([.. Parse(Texts.Read("tables.md")), .. Parse(Texts.Read("metrics.md")), .. Parse(Texts.Read("examples.md"))]);

    public IReadOnlyList<Hit> Search(string query, int top)
    {
        var words = Terms(query).Distinct().ToArray();
        return
        [
            .. _documents
                .Select(entry => new Hit(
                    entry.Document.Id,
                    entry.Document.Title,
                    Math.Round(words.Sum(word => Score(word, entry.Terms, entry.Length)), 3),
                    entry.Document.Content
                ))
                .Where(hit => hit.Score > 0)
                .OrderByDescending(hit => hit.Score)
                .ThenBy(hit => hit.Id, StringComparer.Ordinal)
                .Take(top),
        ];
    }

    private double Score(string word, Dictionary<string, int> terms, int length)
    {
        if (!terms.TryGetValue(word, out var frequency))
        {
            return 0;
        }

        var having = _documentsWithTerm[word];
        var rarity = Math.Log(1 + (_documents.Length - having + 0.5) / (having + 0.5));
        return rarity * frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * length / _averageLength));
    }

    /// <summary>Chinese is written without spaces: pairs of neighbouring characters stand in for its words.</summary>
    internal static IEnumerable<string> Terms(string text)
    {
        foreach (Match run in Runs().Matches(text.ToLowerInvariant()))
        {
            if (run.Value[0] < 0x80 || run.Length == 1)
            {
                yield return run.Value;
                continue;
            }

            for (var i = 0; i + 1 < run.Length; i++)
            {
                yield return run.Value.Substring(i, 2);
            }
        }
    }

    /// <summary>Sections <c>## id | title</c>, each a document.</summary>
    private static IEnumerable<Document> Parse(string markdown) =>
        from section in ("\n" + markdown).Split("\n## ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        let lines = section.Split('\n', 2)
        let heading = lines[0].Split(" | ", 2)
        select new Document(heading[0], heading[1], lines[1].Trim());

    [GeneratedRegex(@"[a-z0-9_]+|\p{IsCJKUnifiedIdeographs}+")]
    private static partial Regex Runs();
}
