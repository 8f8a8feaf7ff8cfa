using System.Globalization;

namespace LlmObs.Sls.Emulator.Storage.Terms;

/// <summary>
/// A Chinese, Japanese or Korean character of a field with the one that follows, or with none, as a number: 16 bits of field, twice 24 of
/// code point. Nothing else has the same number. Every character is indexed so once; those that begin alike stand together.
/// </summary>
public static class CharacterKey
{
    /// <summary>Whether a term is one such character; all other terms are words.</summary>
    public static bool IsCharacter(ReadOnlySpan<char> term) =>
        term.Length == 1
            ? term[0] >= '\u1100' && char.GetUnicodeCategory(term[0]) == UnicodeCategory.OtherLetter
            : term.Length == 2 && char.IsHighSurrogate(term[0]) && char.IsLowSurrogate(term[1]);

    /// <summary>The lowest of the keys that begin with a character: that of its standing alone, or last.</summary>
    public static ulong Of(int field, ReadOnlySpan<char> character) => ((ulong)field << 48) | ((ulong)CodePoint(character) << 24);

    public static ulong Of(int field, ReadOnlySpan<char> left, ReadOnlySpan<char> right) => Of(field, left) | (uint)CodePoint(right);

    /// <summary>The highest of the keys that begin with the same character.</summary>
    public static ulong Last(ulong first) => first | 0xFF_FFFF;

    private static int CodePoint(ReadOnlySpan<char> character) =>
        character.Length == 1 ? character[0] : char.ConvertToUtf32(character[0], character[1]);
}
