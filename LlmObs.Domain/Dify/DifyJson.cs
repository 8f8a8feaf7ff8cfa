using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LlmObs.Domain.Dify;

/// <summary>The JSON that Python writes into Dify's text columns: ASCII escapes, <c>NaN</c>, half a surrogate pair, a text cut in the middle.</summary>
public static class DifyJson
{
    /// <summary>The text with its escapes as the characters they stand for; JSON that was sound stays so. Broken JSON is text, and becomes readable too.</summary>
    public static string Readable(string text)
    {
        if (!text.Contains(@"\u", StringComparison.Ordinal))
        {
            return text;
        }

        var readable = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 >= text.Length)
            {
                readable.Append(text[i]);
            }
            else if (Unit(text, i) is { } unit && unit >= 0xA0)
            {
                i += 5;
                Append(readable, text, (char)unit, ref i);
            }
            else
            {
                // Any other escape keeps its meaning: both characters stay, so that \\u4e2d is not taken for one.
                readable.Append(text[i]).Append(text[++i]);
            }
        }

        return readable.ToString();
    }

    /// <summary>The document, or null when the text is none even with <c>NaN</c> and <c>Infinity</c> read as null.</summary>
    public static JsonElement? Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        return ParseStrict(text)
            ?? (
                text.Contains("NaN", StringComparison.Ordinal) || text.Contains("Infinity", StringComparison.Ordinal)
                    ? ParseStrict(WithoutNaN(text))
                    : null
            );
    }

    /// <summary>The object, or null when the text is none.</summary>
    public static JsonElement? Object(string? text) => Parse(text) is { ValueKind: JsonValueKind.Object } found ? found : null;

    /// <summary>A member that is there and not null.</summary>
    public static JsonElement? Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) && member.ValueKind is not JsonValueKind.Null
            ? member
            : null;

    /// <summary>A member as text: a string's content, the JSON of anything else.</summary>
    public static string? Text(this JsonElement element, string name) => element.Member(name) is { } member ? Text(member) : null;

    public static string Text(this JsonElement element) =>
        element.ValueKind == JsonValueKind.String ? String(element) : Readable(element.GetRawText());

    /// <summary>A number, also one that Python wrote as text, as it does with prices.</summary>
    public static decimal? Number(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Number or JsonValueKind.String } member
        && decimal.TryParse(Text(member), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    public static Guid? Id(this JsonElement element, string name) => Guid.TryParse(element.Text(name), out var id) ? id : null;

    private static string String(JsonElement element)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair: the framework reads no text with one.
            var readable = Readable(element.GetRawText());
            return ParseStrict(readable) is { } mended ? mended.GetString()! : readable[1..^1];
        }
    }

    private static void Append(StringBuilder readable, string text, char unit, ref int i)
    {
        if (char.IsHighSurrogate(unit) && Unit(text, i + 1) is { } low && char.IsLowSurrogate((char)low))
        {
            readable.Append(unit).Append((char)low);
            i += 6;
        }
        else
        {
            readable.Append(char.IsSurrogate(unit) ? '\uFFFD' : unit);
        }
    }

    // The four digits of \uXXXX at this place.
    private static int? Unit(string text, int at) =>
        at + 5 < text.Length
        && text[at] == '\\'
        && text[at + 1] == 'u'
        && int.TryParse(text.AsSpan(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
            ? unit
            : null;

    private static JsonElement? ParseStrict(string text)
    {
        try
        {
            return JsonElement.Parse(text);
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            return null;
        }
    }

    private static string WithoutNaN(string text)
    {
        var sound = new StringBuilder(text.Length);
        var isInString = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (isInString && text[i] == '\\' && i + 1 < text.Length)
            {
                sound.Append(text[i]).Append(text[++i]);
                continue;
            }

            isInString ^= text[i] == '"';
            var word = isInString ? null : Words.FirstOrDefault(word => string.CompareOrdinal(text, i, word, 0, word.Length) == 0);
            sound.Append(word is null ? text[i].ToString() : "null");
            i += word is null ? 0 : word.Length - 1;
        }

        return sound.ToString();
    }

    private static readonly string[] Words = ["NaN", "-Infinity", "Infinity"];
}
