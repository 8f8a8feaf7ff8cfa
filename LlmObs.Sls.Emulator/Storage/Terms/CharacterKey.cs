using System.Globalization;

namespace LlmObs.Sls.Emulator.Storage.Terms;

/// <summary>
/// A Chinese, Japanese or Korean character of a field, or two side by side, as a number: 16 bits of field, twice 24 of code point. Nothing
/// else has the same number.
/// </summary>
public static class CharacterKey
{
    /// <summary>Whether a term is one such character; all other terms are words.</summary>
    public static bool IsCharacter(ReadOnlySpan<char> term) =>
        term.Length == 1
            ? term[0] >= '\u1100' && char.GetUnicodeCategory(term[0]) == UnicodeCategory.OtherLetter
            : term.Length == 2 && char.IsHighSurrogate(term[0]) && char.IsLowSurrogate(term[1]);

    public static ulong Of(int field, ReadOnlySpan<char> character) => ((ulong)field << 48) | ((ulong)CodePoint(character) << 24);

    public static ulong Of(int field, ReadOnlySpan<char> left, ReadOnlySpan<char> right) => Of(field, left) | (uint)CodePoint(right);

    private static int CodePoint(ReadOnlySpan<char> character) =>
        character.Length == 1 ? character[0] : char.ConvertToUtf32(character[0], character[1]);
}
