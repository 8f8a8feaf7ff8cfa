using System.Globalization;

namespace LlmObs.Sls.Emulator.Storage.Terms;

/// <summary>
/// A term of a field, or two Chinese terms side by side, as 64 bits. Two terms that share a key would be taken for one another: among
/// ten million terms that is to be expected once in some 400,000 such logstores.
/// </summary>
public static class TermKey
{
    /// <summary>The field id that stands for the line index; those of <see cref="IndexedField"/> begin at 1.</summary>
    public const int Line = 0;

    private const ulong Multiplier = 0x9E37_79B9_7F4A_7C15;

    public static ulong Of(int field, ReadOnlySpan<char> term) => Finish(Mix((ulong)field + 1, term));

    /// <summary>Two adjacent terms.</summary>
    public static ulong Of(int field, ReadOnlySpan<char> left, ReadOnlySpan<char> right) =>
        Finish(Mix((Mix((ulong)field + 1, left) ^ char.MaxValue) * Multiplier, right));

    /// <summary>Whether a term is one Chinese, Japanese or Korean character: of such terms the pairs are indexed as well.</summary>
    public static bool IsCharacter(ReadOnlySpan<char> term) =>
        term.Length == 1
            ? term[0] >= '\u1100' && char.GetUnicodeCategory(term[0]) == UnicodeCategory.OtherLetter
            : term.Length == 2 && char.IsHighSurrogate(term[0]);

    private static ulong Mix(ulong hash, ReadOnlySpan<char> term)
    {
        foreach (var c in term)
        {
            hash = (hash ^ c) * Multiplier;
            hash ^= hash >> 29;
        }
        return hash;
    }

    private static ulong Finish(ulong hash)
    {
        hash = (hash ^ (hash >> 32)) * 0xD6E8_FEB8_6659_FD93;
        return hash ^ (hash >> 32);
    }
}
