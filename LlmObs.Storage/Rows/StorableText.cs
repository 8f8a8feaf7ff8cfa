using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace LlmObs.Storage.Rows;

/// <summary>Text that PostgreSQL takes. Mappers clean what they map; this stands behind them, so that one bad character cannot fail a batch.</summary>
internal static class StorableText
{
    private const int MaxIdBytes = 800;
    private static readonly SearchValues<char> Suspects = SearchValues.Create([
        .. (char[])['\0'],
        .. Enumerable.Range(0xD800, 0x800).Select(code => (char)code),
    ]);

    /// <summary>The text itself unless it holds U+0000 or half a surrogate pair; those become U+FFFD.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Clean(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var first = text.AsSpan().IndexOfAny(Suspects);
        return first < 0 || IsSound(text.AsSpan(first)) ? text : Mend(text);
    }

    /// <summary>An id that fits into an index entry: a longer one keeps its start and ends in a hash of the whole, the same for every writer and reader.</summary>
    [return: NotNullIfNotNull(nameof(id))]
    public static string? Id(string? id)
    {
        var clean = Clean(id);
        return clean is null || clean.Length * 3 <= MaxIdBytes || Encoding.UTF8.GetByteCount(clean) <= MaxIdBytes
            ? clean
            : Clean(clean[..200]) + '~' + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(clean)));
    }

    private static bool IsSound(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0' || char.IsLowSurrogate(text[i]))
            {
                return false;
            }

            if (char.IsHighSurrogate(text[i]) && (++i == text.Length || !char.IsLowSurrogate(text[i])))
            {
                return false;
            }
        }

        return true;
    }

    private static string Mend(string text)
    {
        var mended = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            // EnumerateRunes gives U+FFFD for half a pair.
            mended.Append(rune.Value == 0 ? Rune.ReplacementChar : rune);
        }

        return mended.ToString();
    }
}
