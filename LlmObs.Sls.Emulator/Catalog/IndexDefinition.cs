using System.Text.Json.Nodes;
using LlmObs.Sls.Emulator.Http;
using LlmObs.Sls.Emulator.Search;
using LlmObs.Sls.Emulator.Storage;

namespace LlmObs.Sls.Emulator.Catalog;

public enum FieldType
{
    Text,
    Long,
    Double,
    Json,
}

/// <summary>One key of an index: a log field, or a path inside a JSON field.</summary>
/// <param name="Path">The field, or <c>field.path.in.json</c>.</param>
/// <param name="Alias">Its column name in SQL; the path when empty.</param>
/// <param name="IndexAll">JSON: every text leaf is searchable, down to <paramref name="MaxDepth"/> (−1: all).</param>
public sealed record IndexKey(
    string Path,
    FieldType Type,
    bool DocValue,
    string Alias,
    TokenizerSettings Tokenizer,
    bool IndexAll,
    int MaxDepth,
    IReadOnlyList<IndexKey> JsonKeys
)
{
    /// <summary>Whether bare words look into this key's own terms; the line index then leaves the field out.</summary>
    public bool AnswersBareWords => Type == FieldType.Text || (Type == FieldType.Json && IndexAll);

    public string ColumnName => Alias.Length > 0 ? Alias : Path;
}

public sealed record LineIndex(TokenizerSettings Tokenizer, IReadOnlySet<string> Include, IReadOnlySet<string> Exclude)
{
    public bool Covers(string field) => Include.Count > 0 ? Include.Contains(field) : !Exclude.Contains(field);
}

/// <summary>A logstore's index configuration, as clients write it and as we use it.</summary>
/// <param name="Json">As written, in snake_case.</param>
public sealed record IndexDefinition(JsonObject Json, LineIndex? Line, IReadOnlyList<IndexKey> Keys, int MaxTextBytes)
{
    /// <summary><see cref="Json"/> as it is stored: what has the same text is the same index.</summary>
    public string JsonText { get; } = Json.ToJsonString(RowBuilder.Json);

    /// <summary>Throws <see cref="SlsException"/> IndexInfoInvalid for what the service would refuse.</summary>
    public static IndexDefinition Parse(JsonObject body)
    {
        var json = (JsonObject)SnakeCase(body)!;
        var line = json["line"] is JsonObject lineJson ? ParseLine(lineJson) : null;
        var keys =
            (json["keys"] as JsonObject)
                ?.Select(key => ParseKey(key.Key, key.Value as JsonObject ?? throw Bad($"key {key.Key} is not an object"), parent: null))
                .ToList()
            ?? [];
        if (line is null && keys.Count == 0)
        {
            throw Bad("an index needs line or keys");
        }
        return new IndexDefinition(
            json,
            line,
            keys,
            json["max_text_len"] is JsonValue length && length.TryGetValue<int>(out var bytes) ? Math.Clamp(bytes, 64, 16384) : 2048
        );
    }

    /// <summary>What was stored of an index; empty or <c>null</c>: none.</summary>
    /// <param name="known">Taken when it is the same.</param>
    public static IndexDefinition? Stored(string jsonText, IndexDefinition? known = null) =>
        jsonText is "" or "null" ? null
        : jsonText == known?.JsonText ? known
        : Parse((JsonObject)JsonNode.Parse(jsonText)!);

    private static LineIndex ParseLine(JsonObject line)
    {
        var include = Names(line["include_keys"]);
        var exclude = Names(line["exclude_keys"]);
        return include.Count > 0 && exclude.Count > 0
            ? throw Bad("include_keys and exclude_keys exclude each other")
            : new LineIndex(ParseTokenizer(line, null), include, exclude);
    }

    private static IndexKey ParseKey(string path, JsonObject key, IndexKey? parent)
    {
        var type = Text(key, "type") switch
        {
            "text" or "" => FieldType.Text,
            "long" => FieldType.Long,
            "double" => FieldType.Double,
            "json" when parent is null => FieldType.Json,
            var other => throw Bad($"key {path} has the type {other}"),
        };
        var settings = ParseTokenizer(key, parent?.Tokenizer);
        var parsed = new IndexKey(
            path,
            type,
            Flag(key, "doc_value"),
            Text(key, "alias"),
            settings,
            Flag(key, "index_all"),
            key["max_depth"] is JsonValue depth && depth.TryGetValue<int>(out var max) ? max : -1,
            []
        );
        var leaves = (key["json_keys"] as JsonObject)
            ?.Select(leaf => ParseKey($"{path}.{leaf.Key}", leaf.Value as JsonObject ?? throw Bad($"key {path}.{leaf.Key} is not an object"), parsed))
            .ToList();
        return leaves is null ? parsed : parsed with { JsonKeys = leaves };
    }

    private static TokenizerSettings ParseTokenizer(JsonObject json, TokenizerSettings? parent)
    {
        if (parent is not null)
        {
            return parent;
        }
        var delimiters = json["token"] is JsonArray tokens ? string.Concat(tokens.Select(token => (string?)token)) : "";
        return new TokenizerSettings(delimiters, Flag(json, "caseSensitive"), Flag(json, "chn"));
    }

    // Some clients write the members of each key in camelCase; caseSensitive and chn are spelled so by the service itself.
    private static JsonNode? SnakeCase(JsonNode? node, bool isNames = false) =>
        node switch
        {
            JsonObject json => new JsonObject(
                json.Select(member => new KeyValuePair<string, JsonNode?>(
                    isNames ? member.Key : Rename(member.Key),
                    SnakeCase(member.Value, isNames: !isNames && Rename(member.Key) is "keys" or "json_keys")
                ))
            ),
            _ => node?.DeepClone(),
        };

    private static string Rename(string member) =>
        member switch
        {
            "docValue" => "doc_value",
            "jsonKeys" => "json_keys",
            "indexAll" => "index_all",
            "maxDepth" => "max_depth",
            _ => member,
        };

    private static HashSet<string> Names(JsonNode? node) =>
        node is JsonArray names ? names.Select(name => (string?)name ?? "").ToHashSet(StringComparer.Ordinal) : [];

    // One client sends booleans where text belongs (alias: true) and the other way round; what is of another type counts as absent.
    private static string Text(JsonObject json, string member) =>
        json[member] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    private static bool Flag(JsonObject json, string member) => json[member] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    private static SlsException Bad(string message) => SlsException.Invalid("IndexInfoInvalid", message);
}
