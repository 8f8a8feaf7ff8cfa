using LlmObs.Sls.Emulator.Storage.Terms;

namespace LlmObs.Sls.Emulator.Search;

/// <summary>
/// Terms of a field side by side and in order. One term, and two characters, are indexed as such; of more, each must occur, and the text
/// knows whether side by side.
/// </summary>
/// <param name="path">Of a leaf of a document; null: the field itself.</param>
internal sealed class TermRun(int field, string? path)
{
    /// <param name="terms">As <see cref="Tokenizer.Terms"/> writes them.</param>
    public TermQuery Of(string terms) => IsExact(terms) ? Needed(terms) : new TextCheck(field, Needed(terms), text => Holds(text.Terms, terms, text));

    /// <summary>As <see cref="Of(string)"/>, of Chinese characters without anything between them: they stand so in the text itself.</summary>
    public TermQuery OfCharacters(string terms, string characters) =>
        IsExact(terms)
            ? Needed(terms)
            : new TextCheck(
                field,
                Needed(terms),
                text => IsHere(text) && text.Value.Contains(characters, StringComparison.Ordinal),
                ReadsTerms: false
            );

    /// <summary>As <see cref="Of(string)"/>, where the text itself has the last word.</summary>
    public TermQuery Of(string terms, Predicate<string> isWanted) =>
        new TextCheck(field, Needed(terms), text => Holds(text.Terms, terms, text) && isWanted(text.Value));

    /// <summary>Every term of these, in any order.</summary>
    public TermQuery Needed(string terms)
    {
        var cut = terms.Split(Tokenizer.Separator);
        var needed = new List<TermQuery>();
        for (var i = 0; i < cut.Length; i++)
        {
            if (!CharacterKey.IsCharacter(cut[i]))
            {
                if (cut[i].Length > 0)
                {
                    needed.Add(new WordTerm(path is null ? TermText.Word(field, cut[i]) : TermText.Word(field, path, cut[i])));
                }
            }
            else if (i > 0 && CharacterKey.IsCharacter(cut[i - 1]))
            {
                needed.Add(CharacterTerm.Of(field, cut[i - 1], cut[i]));
            }
            // A character that is half of a pair needs no looking up of its own.
            else if (i + 1 == cut.Length || !CharacterKey.IsCharacter(cut[i + 1]))
            {
                needed.Add(CharacterTerm.Of(field, cut[i]));
            }
        }
        return needed.Count > 0 ? TermQuery.All(needed) : Anything();
    }

    /// <summary>A check of the texts of this field, or leaf, that hold what is needed.</summary>
    public TermQuery Checked(TermQuery needed, Predicate<string> isWanted) =>
        new TextCheck(field, needed, text => IsHere(text) && isWanted(text.Terms));

    // ␁a␁ or ␁a␁b␁; of characters the index does not know the leaf.
    private bool IsExact(string terms) =>
        terms.Split(Tokenizer.Separator) switch
        {
            ["", var term, ""] => path is null || !CharacterKey.IsCharacter(term),
            ["", var left, var right, ""] => path is null && CharacterKey.IsCharacter(left) && CharacterKey.IsCharacter(right),
            _ => false,
        };

    private TermQuery Anything() =>
        field == TermText.Line ? TermQuery.Everything
        : path is null ? new WordTerm(TermText.Exists(field))
        : new WordTerm(TermText.Exists(field, path));

    private bool Holds(string all, string terms, Storage.FieldText text) => IsHere(text) && all.Contains(terms, StringComparison.Ordinal);

    private bool IsHere(Storage.FieldText text) => path is null || text.Path == path;
}
