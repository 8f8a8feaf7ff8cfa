using System.Buffers;

namespace LlmObs.Sls.Emulator.Search;

/// <summary>How a field's text becomes terms.</summary>
/// <param name="Delimiters">Single characters; empty: the whole value is one term.</param>
/// <param name="Chinese">Cuts Han, kana and hangul into one term per character.</param>
public sealed record TokenizerSettings(string Delimiters, bool CaseSensitive, bool Chinese)
{
    /// <summary>How bare words are cut where no line index says otherwise.</summary>
    public static readonly TokenizerSettings WithoutLineIndex = new("!\"#$%&'()*+,-./:;<=>?@[]{} \n\t\r", CaseSensitive: false, Chinese: true);
}

/// <summary>
/// Cuts text into terms and writes them as one searchable text: every term stands between two separators, so that term equality,
/// adjacency and prefix are plain substring tests (<c>contains(terms, '␁word␁')</c>) that a columnar engine scans fast.
/// </summary>
/// <remarks>
/// A delimiter beside a CJK character leaves an empty term (two separators in a row): characters that a blank or a comma parts
/// are not adjacent. Separators and NUL inside values count as delimiters.
/// </remarks>
public sealed class Tokenizer(TokenizerSettings settings)
{
    public const char Separator = '\u0001';

    // By character whether it is a delimiter.
    private readonly bool[] ascii =
    [
        .. Enumerable.Range(0, 128).Select(c => (char)c is '\0' or Separator or PathMark || settings.Delimiters.Contains((char)c)),
    ];

    /// <summary>Opens and closes the path of a JSON leaf.</summary>
    public const char PathMark = '\u0002';

    /// <summary>The terms of a value: <c>␁a␁b␁</c>, or <c>␁</c> where there is none.</summary>
    public string Terms(ReadOnlySpan<char> text)
    {
        // Before a character at most two separators, and one at each end.
        var buffer = ArrayPool<char>.Shared.Rent(text.Length * 3 + 2);
        try
        {
            return new string(buffer, 0, Write(text, buffer));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer);
        }
    }

    private int Write(ReadOnlySpan<char> text, char[] terms)
    {
        var length = 0;
        terms[length++] = Separator;
        var open = false;
        var previousIsCjk = false;
        var parted = false;
        for (var i = 0; i < text.Length; i++)
        {
            var kind = KindOf(text, i, out var chars);
            if (kind == CharKind.Delimiter)
            {
                if (open)
                {
                    terms[length++] = Separator;
                    open = false;
                }
                parted = true;
                i += chars - 1;
                continue;
            }
            var isCjk = kind == CharKind.Cjk;
            if (open && (isCjk || previousIsCjk))
            {
                terms[length++] = Separator;
                open = false;
            }
            if (!open && parted && (isCjk || previousIsCjk))
            {
                terms[length++] = Separator;
            }
            for (var end = i + chars; i < end; i++)
            {
                terms[length++] = settings.CaseSensitive ? text[i] : char.ToLowerInvariant(text[i]);
            }
            i--;
            open = true;
            previousIsCjk = isCjk;
            parted = false;
        }
        if (open)
        {
            terms[length++] = Separator;
        }
        return length;
    }

    /// <summary>The stretches between delimiters: each must occur, in any order. Case is folded as in the index.</summary>
    /// <param name="keepWildcards"><c>*</c> and <c>?</c> stay in the word even where they are delimiters.</param>
    public IEnumerable<string> Pieces(string text, bool keepWildcards = false)
    {
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && (KindOf(text, i, out _) != CharKind.Delimiter || (keepWildcards && text[i] is '*' or '?')))
            {
                continue;
            }
            if (i > start)
            {
                yield return Fold(text[start..i]);
            }
            start = i + 1;
        }
    }

    public string Fold(string text) => settings.CaseSensitive ? text : text.ToLowerInvariant();

    /// <summary>Every character of it is a term of its own.</summary>
    public bool IsCharacters(string piece) => settings.Chinese && piece.All(IsCjk);

    public bool CutsBetween(char left, char right) => settings.Chinese && (IsCjk(left) || IsCjk(right));

    private CharKind KindOf(ReadOnlySpan<char> text, int index, out int length)
    {
        var c = text[index];
        length = 1;
        if (c < ascii.Length ? ascii[c] : settings.Delimiters.Contains(c))
        {
            return CharKind.Delimiter;
        }
        if (!settings.Chinese || c < '\u1100')
        {
            return CharKind.Word;
        }
        if (char.IsHighSurrogate(c) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]))
        {
            length = 2;
            return char.ConvertToUtf32(c, text[index + 1]) is >= 0x20000 and <= 0x3FFFF ? CharKind.Cjk : CharKind.Word;
        }
        return IsCjkPunctuation(c) ? CharKind.Delimiter
            : IsCjk(c) ? CharKind.Cjk
            : CharKind.Word;
    }

    // Han (with extension A and compatibility), kana, bopomofo, hangul, radicals, enclosed forms.
    private static bool IsCjk(char c) =>
        c
            is >= '\u2E80'
                and <= '\u9FFF'
                or >= '\uAC00'
                and <= '\uD7AF'
                or >= '\uF900'
                and <= '\uFAFF'
                or >= '\u1100'
                and <= '\u11FF'
                or >= '\uFF66'
                and <= '\uFF9F';

    private static bool IsCjkPunctuation(char c) =>
        c
            is >= '\u3000'
                and <= '\u3004'
                or >= '\u3008'
                and <= '\u3020'
                or >= '\uFF01'
                and <= '\uFF0F'
                or >= '\uFF1A'
                and <= '\uFF20'
                or >= '\uFF3B'
                and <= '\uFF40'
                or >= '\uFF5B'
                and <= '\uFF65'
                or >= '\u2018'
                and <= '\u201F'
                or '\u2026'
                or '\u2014';

    private enum CharKind
    {
        Word,
        Cjk,
        Delimiter,
    }
}
