using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Google.Protobuf.Collections;
using LlmObs.Ingest.Otlp.Protos;

namespace LlmObs.Ingest.Mapping;

/// <summary>The attributes of one span, event, record or resource by name. Of two with one name the last wins.</summary>
internal sealed class AttributeMap
{
    public static readonly AttributeMap Empty = new(new Dictionary<string, AnyValue>());

    private readonly Dictionary<string, AnyValue> _values;
    private ulong _namespaces;
    private Dictionary<string, JsonElement?>? _documents;
    private IndexedAttributes? _indexed;

    public AttributeMap(RepeatedField<KeyValue> attributes)
    {
        _values = new Dictionary<string, AnyValue>(attributes.Count, StringComparer.Ordinal);
        foreach (var attribute in attributes)
        {
            // A key without a value does occur (undefined in JavaScript) and says nothing.
            if (attribute.Value is { ValueCase: not AnyValue.ValueOneofCase.None } value)
            {
                _values[attribute.Key] = value;
            }
        }
    }

    public AttributeMap(Dictionary<string, AnyValue> values) => _values = values;

    public IEnumerable<KeyValuePair<string, AnyValue>> All => _values;

    /// <summary>The namespaces of all keys; see <see cref="Mapping.Namespaces"/>.</summary>
    public ulong Namespaces =>
        _namespaces != 0 || _values.Count == 0
            ? _namespaces
            : _namespaces = _values.Keys.Aggregate(0UL, (bits, key) => bits | Mapping.Namespaces.Bit(key));

    public bool Has(string key) => Find(key) is not null;

    public bool TryFind(string key, [NotNullWhen(true)] out AnyValue? value) => (value = Find(key)) is not null;

    /// <summary>The value, or null when there is none or it is empty: <c>""</c>, <c>[]</c>, <c>{}</c>, <c>null</c> as text.</summary>
    public AnyValue? Find(string key) => _values.TryGetValue(key, out var value) && value.HasMeaning() ? value : null;

    /// <summary>The value as text; structures as JSON.</summary>
    public string? Text(string key) => Find(key)?.Text();

    /// <summary>The first text that any of <paramref name="keys"/> gives.</summary>
    public string? Text(Precedence keys) => keys.First(this, static value => value.Text());

    public long? Long(Precedence keys) => keys.First(this, static value => value.Long());

    public double? Double(Precedence keys) => keys.First(this, static value => value.Double());

    /// <summary>The document in a structured value or in a text; null when it is neither. Parsed once, whoever asks.</summary>
    public JsonElement? Json(string key)
    {
        if (Find(key) is not { } value)
        {
            return null;
        }

        _documents ??= new(StringComparer.Ordinal);
        if (!_documents.TryGetValue(key, out var document))
        {
            _documents[key] = document = value.Json();
        }

        return document;
    }

    /// <summary>The elements of a flattened list, <c>&lt;prefix&gt;.&lt;n&gt;.&lt;rest&gt;</c>, in order of n; each holds its rests as keys.</summary>
    public IReadOnlyList<AttributeMap> Items(string prefix) => (_indexed ??= IndexedAttributes.Of(_values)).Items(prefix);
}
