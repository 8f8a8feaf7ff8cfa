using System.Globalization;
using System.Text;

namespace LlmObs.Web.Rendering.Json;

/// <summary>Reads JSON that may end anywhere: senders cut values at their limits. What is whole is kept, and what was cut says so.</summary>
public sealed class JsonParser
{
    private const int DepthLimit = 120;

    private readonly string text;
    private int at;
    private bool ended;
    private bool sawEscape;

    private JsonParser(string text) => this.text = text;

    /// <summary>The document, or null when the text is not JSON or the beginning of it.</summary>
    public static JsonPart? Parse(string text)
    {
        var parser = new JsonParser(text);
        parser.SkipSpace();
        var part = parser.Value(null, 0);
        parser.SkipSpace();
        return part is not null && parser.at == text.Length ? part : null;
    }

    private JsonPart? Value(string? name, int depth)
    {
        if (at == text.Length)
        {
            ended = true;
            return null;
        }

        return text[at] switch
        {
            '{' => Container(JsonPartKind.Object, '}', name, depth),
            '[' => Container(JsonPartKind.Array, ']', name, depth),
            '"' => String() is { } value ? new(JsonPartKind.String, value, [], name, ended, sawEscape) : null,
            '-' or (>= '0' and <= '9') => Number(name),
            _ => Word(name),
        };
    }

    private JsonPart? Container(JsonPartKind kind, char close, string? name, int depth)
    {
        if (depth == DepthLimit)
        {
            return null;
        }

        at++;
        var children = new List<JsonPart>();
        while (true)
        {
            SkipSpace();
            if (at == text.Length)
            {
                ended = true;
                return new(kind, "", children, name, IsCut: true);
            }

            if (text[at] == close && children.Count == 0)
            {
                at++;
                return new(kind, "", children, name);
            }

            var child = kind == JsonPartKind.Object ? Member(depth) : Value(null, depth + 1);
            if (child is null)
            {
                return ended ? new(kind, "", children, name, IsCut: true) : null;
            }

            children.Add(child);
            SkipSpace();
            if (ended || at == text.Length)
            {
                ended = true;
                return new(kind, "", children, name, IsCut: true);
            }

            var separator = text[at++];
            if (separator == close)
            {
                return new(kind, "", children, name);
            }

            if (separator != ',')
            {
                return null;
            }
        }
    }

    private JsonPart? Member(int depth)
    {
        if (text[at] != '"' || String() is not { } name)
        {
            return null;
        }

        SkipSpace();
        if (ended || at == text.Length)
        {
            ended = true;
            return NameOnly(name);
        }

        if (text[at++] != ':')
        {
            return null;
        }

        SkipSpace();
        return Value(name, depth + 1) ?? (ended ? NameOnly(name) : null);
    }

    private static JsonPart NameOnly(string name) => new(JsonPartKind.Word, "", [], name, IsCut: true);

    private string? String()
    {
        var value = new StringBuilder();
        sawEscape = false;
        for (at++; at < text.Length; at++)
        {
            var c = text[at];
            if (c == '"')
            {
                at++;
                return value.ToString();
            }

            if (c != '\\')
            {
                value.Append(c);
                continue;
            }

            if (++at == text.Length || (text[at] == 'u' && at + 4 >= text.Length))
            {
                break;
            }

            if (Escaped() is not { } unescaped)
            {
                return null;
            }

            value.Append(unescaped);
        }

        at = text.Length;
        ended = true;
        return value.ToString();
    }

    /// <summary>What the escape means that begins behind its backslash; null when it means nothing.</summary>
    private char? Escaped()
    {
        switch (text[at])
        {
            case '"' or '\\' or '/':
                return text[at];
            case 'n':
                return '\n';
            case 't':
                return '\t';
            case 'r':
                return '\r';
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'u' when ushort.TryParse(text.AsSpan(at + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit):
                sawEscape |= unit >= 0x80;
                at += 4;
                return (char)unit;
            default:
                return null;
        }
    }

    private JsonPart Number(string? name)
    {
        var from = at;
        while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] is '-' or '+' or '.' or 'e' or 'E'))
        {
            at++;
        }

        return new(JsonPartKind.Number, text[from..at], [], name);
    }

    private JsonPart? Word(string? name)
    {
        foreach (var word in (ReadOnlySpan<string>)["true", "false", "null", "NaN", "Infinity"])
        {
            if (string.CompareOrdinal(text, at, word, 0, word.Length) == 0)
            {
                at += word.Length;
                return new(JsonPartKind.Word, word, [], name);
            }

            if (word.StartsWith(text[at..Math.Min(text.Length, at + word.Length)], StringComparison.Ordinal))
            {
                var cut = text[at..];
                (at, ended) = (text.Length, true);
                return new(JsonPartKind.Word, cut, [], name, IsCut: true);
            }
        }

        return null;
    }

    private void SkipSpace()
    {
        while (at < text.Length && text[at] is (' ' or '\n' or '\r' or '\t'))
        {
            at++;
        }
    }
}
