using System.Globalization;
using LlmObs.Ingest.Otlp.Protos;

namespace LlmObs.Ingest.Mapping;

/// <summary>Lists that senders flattened into keys, <c>llm.input_messages.0.message.role</c>: put together again in one pass over the keys.</summary>
internal sealed class IndexedAttributes
{
    private const int MaxItems = 10_000;
    private static readonly IndexedAttributes None = new([]);

    private readonly Dictionary<string, IReadOnlyList<AttributeMap>> _lists;

    private IndexedAttributes(Dictionary<string, IReadOnlyList<AttributeMap>> lists) => _lists = lists;

    /// <summary>Elements come in any order, from 0 or from 1, with gaps; what a list holds may be a list again.</summary>
    public static IndexedAttributes Of(Dictionary<string, AnyValue> values)
    {
        Dictionary<string, SortedDictionary<int, Dictionary<string, AnyValue>>>? lists = null;
        foreach (var (key, value) in values)
        {
            if (Split(key) is not var (prefix, index, tail))
            {
                continue;
            }

            lists ??= new(StringComparer.Ordinal);
            if (!lists.TryGetValue(prefix, out var list))
            {
                lists[prefix] = list = [];
            }

            if (!list.TryGetValue(index, out var item))
            {
                if (list.Count >= MaxItems)
                {
                    continue;
                }

                list[index] = item = new(StringComparer.Ordinal);
            }

            item[tail] = value;
        }

        return lists is null
            ? None
            : new(
                lists.ToDictionary(
                    list => list.Key,
                    list => (IReadOnlyList<AttributeMap>)[.. list.Value.Values.Select(item => new AttributeMap(item))],
                    StringComparer.Ordinal
                )
            );
    }

    public IReadOnlyList<AttributeMap> Items(string prefix) => _lists.GetValueOrDefault(prefix, []);

    // At the first segment that is a number.
    private static (string Prefix, int Index, string Tail)? Split(string key)
    {
        for (var dot = key.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = key.IndexOf('.', dot + 1))
        {
            var end = dot + 1;
            while (end < key.Length && char.IsAsciiDigit(key[end]))
            {
                end++;
            }

            var isNumber = end > dot + 1 && (end == key.Length || key[end] == '.');
            if (isNumber && int.TryParse(key.AsSpan(dot + 1, end - dot - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            {
                return (key[..dot], index, end == key.Length ? "" : key[(end + 1)..]);
            }
        }

        return null;
    }
}
