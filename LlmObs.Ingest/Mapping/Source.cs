using System.Text.Json;
using LlmObs.Ingest.Mapping.Content;
using LlmObs.Ingest.Otlp.Protos;

namespace LlmObs.Ingest.Mapping;

/// <summary>One place a field may come from: an attribute, or a member of the JSON document in an attribute.</summary>
/// <param name="Path">Names of members from the document's root, or null for the attribute itself.</param>
internal readonly record struct Source(string Key, string[]? Path = null)
{
    private readonly ulong _namespace = Namespaces.Bit(Key);

    public static implicit operator Source(string key) => new(key);

    /// <summary>The member at <paramref name="path"/> of the JSON in <paramref name="key"/>.</summary>
    public static Source Json(string key, params string[] path) => new(key, path);

    /// <summary>What is there, if it has a meaning.</summary>
    public AnyValue? ValueIn(AttributeMap attributes) =>
        !MayBeIn(attributes) || attributes.Find(Key) is not { } value ? null
        : Path is null ? value
        : DocumentIn(attributes) is { } member && new AnyValue { StringValue = member.Text() } is var text && text.HasMeaning() ? text
        : null;

    /// <summary>The JSON that is there.</summary>
    public JsonElement? DocumentIn(AttributeMap attributes)
    {
        var document = MayBeIn(attributes) ? attributes.Json(Key) : null;
        foreach (var name in Path ?? [])
        {
            document = document?.Member(name);
        }

        return document;
    }

    public override string ToString() => Path is null ? Key : $"{Key} → {string.Join('.', Path)}";

    // Most spans speak one dialect or two, and the tables ask for a dozen.
    private bool MayBeIn(AttributeMap attributes) => (attributes.Namespaces & _namespace) != 0;
}
