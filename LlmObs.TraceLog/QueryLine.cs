using LlmObs.Domain.Scores;

namespace LlmObs.TraceLog;

/// <summary>A query line, understood: SLS search text in which only what the grammar knows stands outside quotes.</summary>
/// <remarks>
/// The grammar is SLS's (and/or/not, parentheses, field:value, comparisons, ranges, wildcards, quotes, phrases) with the product's words for fields and units for
/// durations. Nothing of the line is copied through: it is read to the end and written anew, every value in quotes and every group in parentheses, so that
/// nothing typed reaches beyond the parentheses put around it. <c>score.NAME</c> asks of judgements, which PostgreSQL keeps: SLS never sees these.
/// </remarks>
/// <param name="Search">For the part of a query before <c>|</c>; <c>*</c> for an empty line.</param>
/// <param name="Words">Texts that are looked for in contents, for snippets; at most <see cref="MostWords"/>.</param>
/// <param name="Conditions">How many there are, as people count them.</param>
/// <param name="Scores">What is asked of scores.</param>
public sealed record QueryLine(string Search, IReadOnlyList<string> Words, int Conditions, IReadOnlyList<ScoreCondition> Scores)
{
    internal const int MostCharacters = 4000;
    internal const int MostWords = 4;

    // SLS takes 128; ours are added.
    internal const int MostConditions = 100;
    internal const int MostDepth = 40;
    internal const int MostScores = 5;

    /// <summary>How <see cref="Scores"/> are joined, in SQL: <c>{0}</c> stands for the first. Null when nothing is asked of them.</summary>
    internal string? ScoreLogic { get; private init; }

    /// <summary>The one score that whatever is found must have; null when none or several are asked for, or it is left out.</summary>
    internal ScoreCondition? OnlyScore => ScoreLogic == "{0}" ? Scores[0] : null;

    /// <summary>Reads a query line.</summary>
    /// <exception cref="QueryException">It cannot be understood; message and position say where and why.</exception>
    public static QueryLine Parse(string line)
    {
        if (line.Length > MostCharacters)
        {
            throw new QueryException($"The query is longer than {MostCharacters} characters.", MostCharacters);
        }

        if (string.IsNullOrWhiteSpace(line))
        {
            return new("*", [], 0, []);
        }

        var reader = new QueryReader(line);
        var read = reader.ReadAll();
        return new(read.Search ?? "*", reader.Words, reader.Conditions, reader.Scores) { ScoreLogic = read.Scores };
    }
}
