using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using LlmObs.Ingest.Mapping;

namespace LlmObs.Ingest.Otlp.Reading;

/// <summary>A value of OTLP/JSON that is not what it should be. Thrown and caught inside the JSON reader only.</summary>
internal sealed class OtlpJsonException(string message) : Exception(message);

/// <summary>Walks OTLP/JSON and knows where it is, so that an error can name the field. Reads the scalars in all the forms that senders use.</summary>
internal ref struct JsonCursor(ReadOnlySequence<byte> json, JsonReaderOptions options)
{
    private Utf8JsonReader _reader = new(json, options);
    private readonly List<string> _path = [];

    public delegate void ReadMember<T>(ref JsonCursor cursor, T target, string name);

    public delegate void ReadItem<T>(ref JsonCursor cursor, T target);

    /// <summary>Moves to the document's root and, after <paramref name="read"/>, makes sure that nothing follows.</summary>
    public void Document<T>(T target, ReadMember<T> read)
    {
        _reader.Read();
        Object(target, read);
        if (_reader.Read())
        {
            throw Wrong("the end of the document");
        }
    }

    /// <summary>Reads an object member by member. <paramref name="read"/> takes each member's value, or leaves it to be skipped. Null is an object without members.</summary>
    public void Object<T>(T target, ReadMember<T> read)
    {
        if (_reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        Expect(JsonTokenType.StartObject, "an object");
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
        {
            var name = Text();
            _path.Add("." + name);
            _reader.Read();
            var before = _reader.BytesConsumed;
            read(ref this, target, name);
            if (_reader.BytesConsumed == before)
            {
                // An unknown name, or a scalar, which lies behind us already: Skip knows which.
                _reader.Skip();
            }

            _path.RemoveAt(_path.Count - 1);
        }
    }

    /// <summary>Reads a list item by item. Null is an empty list.</summary>
    public void Array<T>(T target, ReadItem<T> read)
    {
        if (_reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        Expect(JsonTokenType.StartArray, "a list");
        _path.Add("");
        for (var i = 0; _reader.Read() && _reader.TokenType != JsonTokenType.EndArray; i++)
        {
            _path[^1] = string.Create(CultureInfo.InvariantCulture, $"[{i}]");
            read(ref this, target);
        }

        _path.RemoveAt(_path.Count - 1);
    }

    public string String() =>
        _reader.TokenType switch
        {
            JsonTokenType.Null => "",
            JsonTokenType.String => Text(),
            _ => throw Wrong("a string"),
        };

    public bool Bool() =>
        _reader.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False or JsonTokenType.Null => false,
            JsonTokenType.String when bool.TryParse(Text(), out var flag) => flag,
            _ => throw Wrong("true or false"),
        };

    /// <summary>A 64-bit integer as number or decimal text. Never by way of a double, which has 53 bits.</summary>
    public long Int64()
    {
        if (_reader.TokenType == JsonTokenType.Null)
        {
            return 0;
        }

        if (_reader.TokenType == JsonTokenType.Number)
        {
            return _reader.TryGetInt64(out var number) ? number
                : _reader.TryGetDouble(out var whole) && whole == Math.Floor(whole) && Math.Abs(whole) < 9e15 ? (long)whole
                : throw Wrong("a 64-bit integer");
        }

        return
            _reader.TokenType == JsonTokenType.String
            && long.TryParse(Text(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed)
            ? parsed
            : throw Wrong("a 64-bit integer");
    }

    public ulong Unsigned64()
    {
        if (_reader.TokenType == JsonTokenType.Null)
        {
            return 0;
        }

        if (_reader.TokenType == JsonTokenType.Number)
        {
            return _reader.TryGetUInt64(out var number) ? number : throw Wrong("a whole number of nanoseconds, not negative");
        }

        return _reader.TokenType == JsonTokenType.String && ulong.TryParse(Text(), NumberStyles.None, CultureInfo.InvariantCulture, out var parsed)
            ? parsed
            : throw Wrong("a whole number of nanoseconds, not negative");
    }

    public uint Unsigned32() => Int64() is var number and >= 0 and <= uint.MaxValue ? (uint)number : throw Wrong("a 32-bit integer, not negative");

    public double Double() =>
        _reader.TokenType switch
        {
            JsonTokenType.Null => 0,
            JsonTokenType.Number => _reader.GetDouble(),
            JsonTokenType.String when double.TryParse(Text(), NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) => parsed,
            _ => throw Wrong("a number"),
        };

    /// <summary>An id in hex of any case, or, as a kindness, in base64. Anything else reads as no id, so that its span is refused and not the batch.</summary>
    public ByteString Id(int bytes)
    {
        var text = String();
        if (text.Length % 2 == 0 && IsHex(text))
        {
            return ByteString.CopyFrom(Convert.FromHexString(text));
        }

        var buffer = new byte[text.Length];
        return Convert.TryFromBase64String(text, buffer, out var written) && written == bytes
            ? ByteString.CopyFrom(buffer, 0, written)
            : ByteString.Empty;
    }

    public ByteString Bytes()
    {
        var text = String().Replace('-', '+').Replace('_', '/').TrimEnd('=');
        text = text.PadRight((text.Length + 3) / 4 * 4, '=');
        var buffer = new byte[text.Length];
        return Convert.TryFromBase64String(text, buffer, out var written) ? ByteString.CopyFrom(buffer, 0, written) : throw Wrong("bytes in base64");
    }

    /// <summary>An enum by number, or by its name in the proto files.</summary>
    public T Enum<T>(string prefix)
        where T : struct, Enum
    {
        if (_reader.TokenType != JsonTokenType.String)
        {
            return (T)(object)(int)Math.Clamp(Int64(), int.MinValue, int.MaxValue);
        }

        var name = Text();
        if (int.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return (T)(object)number;
        }

        var word = name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..].Replace("_", "", StringComparison.Ordinal) : name;
        return System.Enum.TryParse<T>(word, ignoreCase: true, out var value) ? value : default;
    }

    public OtlpJsonException Wrong(string expected) => new($"{Path()}: expected {expected}, found {Found()}.");

    public string Path() => _path.Count == 0 ? "The document" : string.Concat(_path).TrimStart('.');

    private void Expect(JsonTokenType token, string expected)
    {
        if (_reader.TokenType != token)
        {
            throw Wrong(expected);
        }
    }

    // The framework refuses bytes that are no UTF-8 and halves of surrogate pairs; neither is worth a batch.
    private string Text()
    {
        try
        {
            return _reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return JsonEscapes.Decode(_reader.HasValueSequence ? _reader.ValueSequence.ToArray() : _reader.ValueSpan);
        }
    }

    private readonly string Found() =>
        _reader.TokenType switch
        {
            JsonTokenType.StartObject => "an object",
            JsonTokenType.StartArray => "a list",
            JsonTokenType.String => "a string",
            JsonTokenType.Number => "the number "
                + Encoding.UTF8.GetString(_reader.HasValueSequence ? _reader.ValueSequence.ToArray() : _reader.ValueSpan),
            JsonTokenType.True or JsonTokenType.False => "a boolean",
            JsonTokenType.Null => "null",
            _ => "the end",
        };

    private static bool IsHex(string text) => text.All(char.IsAsciiHexDigit);
}
