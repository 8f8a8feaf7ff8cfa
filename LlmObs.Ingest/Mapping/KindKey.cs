using System.Collections.Frozen;
using LlmObs.Domain.Spans;

namespace LlmObs.Ingest.Mapping;

/// <summary>A key by which a dialect names the kind of a step outright, and what its words mean. A word that is not among them says nothing.</summary>
/// <param name="words">For each kind its words, between spaces; upper and lower case are the same.</param>
internal sealed class KindKey(string key, params (SpanKind Kind, string Words)[] words)
{
    private readonly FrozenDictionary<string, SpanKind> kinds = words
        .SelectMany(row => row.Words.Split(' ').Select(word => KeyValuePair.Create(word, row.Kind)))
        .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public string Key => key;

    public SpanKind? Kind(AttributeMap attributes) =>
        attributes.Text(key) is { } word && kinds.TryGetValue(FirstWord(word), out var kind) ? kind : null;

    private static string FirstWord(string text) => text.IndexOf(' ', StringComparison.Ordinal) is var end and > 0 ? text[..end] : text;
}
