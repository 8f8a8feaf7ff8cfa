using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace LlmObs.Domain.Redaction;

/// <summary>Replaces what rules find in texts and JSON documents. JSON stays JSON.</summary>
/// <param name="hashed">Rules whose finds become a keyed hash, so that equal values stay equal and can be joined; others become their rule's name.</param>
/// <param name="hashKey">The key; without it nobody can try values until a hash fits.</param>
public sealed class TextRedactor(IReadOnlyList<RedactionRule> rules, IReadOnlySet<string> hashed, byte[] hashKey)
{
    // A document in a text in a document: messages hold tool arguments hold JSON.
    private const int MaxNested = 4;

    /// <summary>The text with every find replaced; the same instance when there was none.</summary>
    /// <param name="found">Told each rule that found something.</param>
    public string Text(string text, Action<string> found) => Text(text, found, 0);

    /// <summary>The document with every find replaced in its strings, names and numbers.</summary>
    public JsonText Json(JsonText json, Action<string> found) => json.Text is { Length: > 2 } text ? new(Document(text, found, 0)) : json;

    private string Text(string text, Action<string> found, int nested)
    {
        if (text.Length < 6)
        {
            return text;
        }

        return nested < MaxNested && text.AsSpan().TrimStart() is ['{' or '[', ..] && IsJson(text)
            ? Document(text, found, nested + 1)
            : Plain(text, found);
    }

    private string Plain(string text, Action<string> found)
    {
        List<(int Index, int Length, string Rule)>? finds = null;
        foreach (var rule in rules)
        {
            foreach (var (index, length) in rule.In(text))
            {
                finds ??= [];
                if (!finds.Exists(find => index < find.Index + find.Length && find.Index < index + length))
                {
                    finds.Add((index, length, rule.Name));
                }
            }
        }

        if (finds is null)
        {
            return text;
        }

        finds.Sort((a, b) => a.Index.CompareTo(b.Index));
        var result = new StringBuilder(text.Length);
        var from = 0;
        foreach (var (index, length, rule) in finds)
        {
            found(rule);
            result.Append(text, from, index - from).Append(Instead(rule, text.AsSpan(index, length)));
            from = index + length;
        }

        return result.Append(text, from, text.Length - from).ToString();
    }

    // Written anew only when something was found: how a sender laid out its JSON is worth keeping.
    private string Document(string json, Action<string> found, int nested)
    {
        var utf8 = Encoding.UTF8.GetBytes(json);
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = 256 });
        using var target = new MemoryStream(utf8.Length);
        using var writer = new Utf8JsonWriter(
            target,
            new JsonWriterOptions
            {
                Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                SkipValidation = true,
                MaxDepth = 256,
            }
        );
        var isChanged = false;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    writer.WriteStartObject();
                    break;
                case JsonTokenType.EndObject:
                    writer.WriteEndObject();
                    break;
                case JsonTokenType.StartArray:
                    writer.WriteStartArray();
                    break;
                case JsonTokenType.EndArray:
                    writer.WriteEndArray();
                    break;
                case JsonTokenType.PropertyName:
                    writer.WritePropertyName(Changed(reader.GetString()!));
                    break;
                case JsonTokenType.String:
                    writer.WriteStringValue(Changed(reader.GetString()!));
                    break;
                case JsonTokenType.Number:
                    var number = Encoding.UTF8.GetString(reader.ValueSpan);
                    var instead = Plain(number, found);
                    isChanged |= !ReferenceEquals(number, instead);
                    if (ReferenceEquals(number, instead))
                    {
                        writer.WriteRawValue(number, skipInputValidation: true);
                    }
                    else
                    {
                        writer.WriteStringValue(instead);
                    }

                    break;
                default:
                    writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
                    break;
            }
        }

        writer.Flush();
        return isChanged ? Encoding.UTF8.GetString(target.GetBuffer(), 0, (int)target.Length) : json;

        string Changed(string text)
        {
            var instead = Text(text, found, nested);
            isChanged |= !ReferenceEquals(text, instead);
            return instead;
        }
    }

    private string Instead(string rule, ReadOnlySpan<char> value)
    {
        if (!hashed.Contains(rule))
        {
            return $"[{rule}]";
        }

        // As people mean it: without spaces and dashes, and without regard to case.
        var plain = value.ToString().Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
        var hash = HMACSHA256.HashData(hashKey, Encoding.UTF8.GetBytes($"{rule}:{plain}"));
        return $"[{rule}:{Convert.ToHexStringLower(hash.AsSpan(0, 8))}]";
    }

    private static bool IsJson(string text)
    {
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text), new JsonReaderOptions { MaxDepth = 256 });
            while (reader.Read()) { }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
