using System.Text.Json;
using LlmObs.Ingest.Otlp.Protos;

namespace LlmObs.Ingest.Mapping;

/// <summary>One place a field may come from: an attribute, or a member of the JSON document in an attribute.</summary>
/// <param name="Member">A member of the document, or null for the attribute itself.</param>
internal readonly record struct Source(string Key, string? Member = null)
{
    public static implicit operator Source(string key) => new(key);

    /// <summary>The member <paramref name="member"/> of the JSON in <paramref name="key"/>.</summary>
    public static Source Json(string key, string member) => new(key, member);
}

/// <summary>The places a field may come from, most trusted first. The mapping is made of these tables; see docs/wire-formats.md.</summary>
internal sealed class Precedence(params Source[] sources)
{
    /// <summary>The first value that is there, has a meaning, and can be read by <paramref name="read"/>.</summary>
    public T? First<T>(AttributeMap attributes, Func<AnyValue, T?> read)
    {
        foreach (var (key, member) in sources)
        {
            if (attributes.Find(key) is { } value
                && (member is null ? value : Member(value, member)) is { } found
                && read(found) is { } result)
            {
                return result;
            }
        }

        return default;
    }

    private static AnyValue? Member(AnyValue value, string name)
    {
        using var document = value.ParseJson();
        if (document?.RootElement is not { ValueKind: JsonValueKind.Object } root || !root.TryGetProperty(name, out var member))
        {
            return null;
        }

        return member.ValueKind switch
        {
            JsonValueKind.Null or JsonValueKind.Undefined => null,
            JsonValueKind.String => new AnyValue { StringValue = member.Text() },
            _ => new AnyValue { StringValue = member.GetRawText() },
        };
    }
}
