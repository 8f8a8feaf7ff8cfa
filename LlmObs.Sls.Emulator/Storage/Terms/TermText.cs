using System.Runtime.InteropServices;
using System.Security.Cryptography;
using LlmObs.Sls.Emulator.Search;

namespace LlmObs.Sls.Emulator.Storage.Terms;

/// <summary>
/// Words as the term index keeps them: the field's number as a character, then the term. Marks say what is no term: that a field is there,
/// or is empty. A mark holds a <see cref="Tokenizer.PathMark"/>, which no term does.
/// </summary>
public static class TermText
{
    /// <summary>Stands for the line index; the ids of <see cref="IndexedField"/> begin at 1.</summary>
    public const int Line = 0;

    /// <summary>Topic, source and tags are fields that nobody declares; their whole value is one term.</summary>
    public const int Topic = 0xF000;
    public const int Source = 0xF001;
    public const int Tag = 0xF002;

    /// <summary>So much of a long term is kept as it is: what wildcards see of it. The rest counts by its digest.</summary>
    public const int MaxKept = 192;

    private const char Mark = Tokenizer.PathMark;

    public static string Word(int field, ReadOnlySpan<char> term) => $"{(char)field}{Kept(term)}";

    /// <summary>A word of one leaf of a document.</summary>
    public static string Word(int field, string path, ReadOnlySpan<char> term) => $"{(char)field}{Clean(path)}{Mark}{Kept(term)}";

    /// <summary>The field is there and not empty.</summary>
    public static string Exists(int field) => $"{(char)field}{Mark}+";

    /// <summary>The field is there and empty.</summary>
    public static string Empty(int field) => $"{(char)field}{Mark}-";

    /// <summary>The document has this path, which may lead to a leaf or to an object.</summary>
    public static string Exists(int field, string path) => $"{(char)field}{Mark}{Clean(path)}{Mark}+";

    public static string Empty(int field, string path) => $"{(char)field}{Mark}{Clean(path)}{Mark}-";

    public static bool IsMark(string word) => word.Contains(Mark, StringComparison.Ordinal);

    private static ReadOnlySpan<char> Kept(ReadOnlySpan<char> term) =>
        term.Length <= MaxKept ? term : $"{term[..MaxKept]}{Tokenizer.Separator}{Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(term)))}";

    private static string Clean(string path) => path.Replace(Mark, '\uFFFD');
}
