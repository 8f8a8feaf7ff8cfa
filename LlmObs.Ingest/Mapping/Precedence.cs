using System.Text.Json;
using LlmObs.Ingest.Mapping.Content;
using LlmObs.Ingest.Otlp.Protos;

namespace LlmObs.Ingest.Mapping;

/// <summary>One place a field may come from: an attribute, or a member of the JSON document in an attribute.</summary>
/// <param name="Path">Names of members from the document's root, or null for the attribute itself.</param>
internal readonly record struct Source(string Key, string[]? Path = null)
{
    private readonly ulong _namespace = Namespaces.Bit(Key);

    /// <summary>False when no attribute of this key's namespace is there.</summary>
    public bool MayBeIn(AttributeMap attributes) => (attributes.Namespaces & _namespace) != 0;

    public static implicit operator Source(string key) => new(key);

    /// <summary>The member at <paramref name="path"/> of the JSON in <paramref name="key"/>.</summary>
    public static Source Json(string key, params string[] path) => new(key, path);
}

/// <summary>The places a field may come from, most trusted first. The mapping is made of these tables; see docs/dialects.md.</summary>
internal sealed class Precedence(params Source[] sources)
{
    /// <summary>The places in order: docs/dialects.md, which a test compares, sorts them by dialect.</summary>
    public IReadOnlyList<Source> Sources => sources;

    /// <summary>This table followed by another.</summary>
    public Precedence Then(params Source[] others) => new([.. sources, .. others]);

    /// <summary>The first value that is there, has a meaning, and can be read by <paramref name="read"/>.</summary>
    public T? First<T>(AttributeMap attributes, Func<AnyValue, T?> read)
    {
        foreach (var source in sources)
        {
            if (
                source.MayBeIn(attributes)
                && attributes.Find(source.Key) is { } value
                && (source.Path is null ? value : Member(attributes.Json(source.Key), source.Path)) is { } found
                && read(found) is { } result
            )
            {
                return result;
            }
        }

        return default;
    }

    private static AnyValue? Member(JsonElement? document, string[] path)
    {
        foreach (var name in path)
        {
            document = document?.Member(name);
        }

        return document is { } member && new AnyValue { StringValue = member.Text() } is var value && value.HasMeaning() ? value : null;
    }
}
