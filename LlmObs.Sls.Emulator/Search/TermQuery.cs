namespace LlmObs.Sls.Emulator.Search;

/// <summary>What the term index can say about a condition: which rows match for sure, and which may.</summary>
public abstract record TermQuery
{
    public static readonly TermQuery Everything = new AllTerms([]);

    public static readonly TermQuery Nothing = new AnyTerm([]);

    /// <summary>Any row may match: only the table knows.</summary>
    public static readonly TermQuery Unknown = new UnknownTerms();
}

/// <summary>The terms stand side by side and in order: <c>contains(terms of the field, '␁a␁b␁')</c>.</summary>
/// <param name="Field">The id of an <see cref="Storage.IndexedField"/>, or 0 for the line index.</param>
/// <param name="Terms">As <see cref="Tokenizer.Append"/> writes them.</param>
public sealed record TermRun(int Field, string Terms) : TermQuery;

/// <summary>A row that does not match <paramref name="Needed"/> does not match; one that does may.</summary>
public sealed record PossibleTerms(TermQuery Needed) : TermQuery;

public sealed record AllTerms(IReadOnlyList<TermQuery> Parts) : TermQuery;

public sealed record AnyTerm(IReadOnlyList<TermQuery> Parts) : TermQuery;

public sealed record NotTerms(TermQuery Inner) : TermQuery;

public sealed record UnknownTerms : TermQuery;

/// <summary>One condition twice: for the table, and for the term index.</summary>
public readonly record struct SearchCondition(string Sql, TermQuery Terms)
{
    public static readonly SearchCondition True = new("true", TermQuery.Everything);

    public static readonly SearchCondition False = new("false", TermQuery.Nothing);

    /// <summary>A condition of which the term index knows nothing.</summary>
    public static SearchCondition OfTable(string sql) => new(sql, TermQuery.Unknown);

    /// <summary>Where this condition holds, another must as well; it is dear and asked last.</summary>
    public SearchCondition Narrowed(string dear) => new($"(CASE WHEN {Sql} THEN {dear} ELSE false END)", new PossibleTerms(Terms));

    public static SearchCondition All(params IEnumerable<SearchCondition> conditions) =>
        Join([.. conditions], " AND ", True, parts => new AllTerms(parts));

    public static SearchCondition Any(params IEnumerable<SearchCondition> conditions) =>
        Join([.. conditions], " OR ", False, parts => new AnyTerm(parts));

    private static SearchCondition Join(
        List<SearchCondition> conditions,
        string word,
        SearchCondition none,
        Func<IReadOnlyList<TermQuery>, TermQuery> join
    ) =>
        conditions.Count switch
        {
            0 => none,
            1 => conditions[0],
            _ => new SearchCondition(
                $"({string.Join(word, conditions.Select(condition => condition.Sql))})",
                join([.. conditions.Select(condition => condition.Terms)])
            ),
        };
}
