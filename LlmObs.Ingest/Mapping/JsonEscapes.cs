using System.Globalization;
using System.Text;

namespace LlmObs.Ingest.Mapping;

/// <summary>Decodes the inside of a JSON string that the framework refuses: bytes that are no UTF-8, halves of surrogate pairs.</summary>
internal static class JsonEscapes
{
    /// <summary>What cannot be read becomes <see cref="Cleaning.Substitute"/>.</summary>
    /// <param name="escaped">The string's bytes without its quotes, escapes already checked by a JSON reader.</param>
    public static string Decode(ReadOnlySpan<byte> escaped)
    {
        var raw = Lenient.GetString(escaped);
        var text = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\' || i + 1 >= raw.Length)
            {
                text.Append(raw[i]);
                continue;
            }

            i++;
            if (
                raw[i] == 'u'
                && i + 4 < raw.Length
                && ushort.TryParse(raw.AsSpan(i + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var unit)
            )
            {
                text.Append((char)unit);
                i += 4;
            }
            else
            {
                text.Append(
                    raw[i] switch
                    {
                        'n' => '\n',
                        'r' => '\r',
                        't' => '\t',
                        'b' => '\b',
                        'f' => '\f',
                        var other => other,
                    }
                );
            }
        }

        return WithoutHalves(text);
    }

    private static readonly Encoding Lenient = Encoding.GetEncoding(
        "utf-8",
        EncoderFallback.ReplacementFallback,
        new DecoderReplacementFallback(Cleaning.Substitute.ToString())
    );

    private static string WithoutHalves(StringBuilder text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                text[i] = Cleaning.Substitute;
            }
        }

        return text.ToString();
    }
}
