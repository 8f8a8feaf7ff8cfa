using System.Text.RegularExpressions;
using LlmObs.Sls.Emulator.Storage;
using LlmObs.Sls.Emulator.Storage.Terms;

namespace LlmObs.Sls.Emulator.Search;

/// <summary>A search in the words of the term index.</summary>
public abstract record TermQuery
{
    public static readonly TermQuery Everything = new AllTerms([]);

    public static readonly TermQuery Nothing = new AnyTerm([]);

    public static TermQuery All(params IEnumerable<TermQuery> parts)
    {
        var all = parts.ToList();
        return all.Count == 1 ? all[0] : new AllTerms(all);
    }

    public static TermQuery Any(params IEnumerable<TermQuery> parts)
    {
        var all = parts.ToList();
        return all.Count == 1 ? all[0] : new AnyTerm(all);
    }

    /// <summary>A query and everything it consists of.</summary>
    public static IEnumerable<TermQuery> Within(TermQuery query) =>
        query switch
        {
            NotTerms not => Within(not.Inner).Prepend(query),
            AllTerms all => all.Parts.SelectMany(Within).Prepend(query),
            AnyTerm any => any.Parts.SelectMany(Within).Prepend(query),
            TextCheck check => Within(check.Needed).Prepend(query),
            _ => [query],
        };
}

/// <param name="Word">As <see cref="TermText"/> writes it.</param>
public sealed record WordTerm(string Word) : TermQuery;

/// <summary>Characters from a <see cref="CharacterKey"/> to another.</summary>
public sealed record CharacterTerm(ulong First, ulong Last) : TermQuery
{
    public static CharacterTerm Of(int field, ReadOnlySpan<char> character) =>
        new(CharacterKey.Of(field, character), CharacterKey.Last(CharacterKey.Of(field, character)));

    public static CharacterTerm Of(int field, ReadOnlySpan<char> left, ReadOnlySpan<char> right) =>
        new(CharacterKey.Of(field, left, right), CharacterKey.Of(field, left, right));
}

/// <summary>Words that begin so and go on so; the first hundred that there are.</summary>
public sealed record WildTerm(string Prefix, Regex Pattern) : TermQuery;

public sealed record NumberTerm(int Field, Predicate<long> IsWanted) : TermQuery;

public sealed record AllTerms(IReadOnlyList<TermQuery> Parts) : TermQuery;

public sealed record AnyTerm(IReadOnlyList<TermQuery> Parts) : TermQuery;

public sealed record NotTerms(TermQuery Inner) : TermQuery;

/// <summary>A log that does not match <paramref name="Needed"/> does not match; of one that does, the texts of a field decide.</summary>
/// <param name="ReadsTerms">False when the value of a text is enough to decide.</param>
public sealed record TextCheck(int Field, TermQuery Needed, Predicate<FieldText> IsWanted, bool ReadsTerms = true) : TermQuery;
