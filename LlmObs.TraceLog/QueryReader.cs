using System.Globalization;
using LlmObs.Domain.Scores;
using LlmObs.Sls;

namespace LlmObs.TraceLog;

/// <summary>Reads by the grammar, top down, and writes SLS search text.</summary>
internal sealed class QueryReader(string line)
{
    private const string Score = "score.";

    private readonly List<string> words = [];
    private readonly List<ScoreCondition> scores = [];
    private readonly QueryScanner scan = new(line);
    private int depth;
    private int negations;

    // A phrase (#"…") is evaluated on candidates; SLS allows it only where every condition must hold.
    private int lastPhrase = -1;
    private int lastScore = -1;

    public int Conditions { get; private set; }

    public IReadOnlyList<ScoreCondition> Scores => scores;

    public IReadOnlyList<string> Words => [.. words.Distinct(StringComparer.OrdinalIgnoreCase).Take(QueryLine.MostWords)];

    public QueryPiece ReadAll()
    {
        var line = ReadOr();
        scan.SkipBlanks();
        return scan.AtEnd ? line : throw new QueryException($"There is a closing parenthesis too many.", scan.Position);
    }

    private QueryPiece ReadOr()
    {
        var phraseBefore = lastPhrase;
        List<QueryPiece> pieces = [ReadAnd()];
        while (scan.TakeKeyword("or"))
        {
            pieces.Add(ReadAnd());
            RefusePhraseSince(phraseBefore, "or");
            RefuseMixed(QueryPiece.Any(pieces), "or");
        }

        return QueryPiece.Any(pieces);
    }

    private QueryPiece ReadAnd()
    {
        List<QueryPiece> pieces = [ReadUnit()];
        while (scan.TakeKeyword("and") || !(scan.IsAtClose() || scan.IsAtKeyword("or")))
        {
            pieces.Add(ReadUnit());
        }

        return QueryPiece.All(pieces);
    }

    private QueryPiece ReadUnit()
    {
        if (++depth > QueryLine.MostDepth)
        {
            throw new QueryException($"The query is nested deeper than {QueryLine.MostDepth} levels.", scan.Position);
        }

        var unit =
            scan.TakeKeyword("not") ? ReadNegated()
            : scan.TakeOpen() ? ReadGroup()
            : ReadCondition();
        depth--;
        return unit;
    }

    private QueryPiece ReadNegated()
    {
        negations++;
        var phraseBefore = lastPhrase;
        var unit = ReadUnit();
        RefusePhraseSince(phraseBefore, "not");
        RefuseMixed(unit, "not");
        negations--;
        return unit.Negated();
    }

    private QueryPiece ReadGroup()
    {
        var opened = scan.Position - 1;
        var group = ReadOr();
        scan.SkipBlanks();
        if (scan.AtEnd)
        {
            throw new QueryException($"This parenthesis is not closed.", opened);
        }

        scan.Position++;
        return group;
    }

    private QueryPiece ReadCondition()
    {
        scan.SkipBlanks();
        if (scan.AtEnd)
        {
            throw new QueryException($"A condition is missing at the end.", scan.Position);
        }

        if (scan.IsAtKeyword("and") || scan.IsAtKeyword("or"))
        {
            throw new QueryException($"'and' and 'or' need a condition on both sides; in quotes they are words.", scan.Position);
        }

        if (++Conditions > QueryLine.MostConditions)
        {
            throw new QueryException($"The query has more than {QueryLine.MostConditions} conditions.", scan.Position);
        }

        var start = scan.Position;
        if (scan.Here == '#' && scan.Position + 1 < line.Length && line[scan.Position + 1] == '"')
        {
            return new(ReadPhrase(""));
        }

        var isQuoted = scan.Here == '"';
        var text = isQuoted ? scan.ReadQuoted() : scan.ReadWord(isValue: false);
        var after = scan.Position;
        scan.SkipBlanks();
        if (scan.ReadOperator() is { } comparison)
        {
            return text.StartsWith(Score, StringComparison.OrdinalIgnoreCase)
                ? ReadScoreCondition(text[Score.Length..], start, comparison)
                : new(ReadFieldCondition(text, start, comparison));
        }

        scan.Position = after;
        AddWords(text, !isQuoted);
        return new(isQuoted ? SlsQueryBuilder.Quote(text) : Value(text, start));
    }

    private string ReadFieldCondition(string name, int start, string comparison)
    {
        if (name.Equals("__tag__", StringComparison.OrdinalIgnoreCase) && comparison == ":")
        {
            name = "__tag__:" + (scan.IsAtQuote() ? scan.ReadQuoted() : scan.ReadWord(isValue: false));
            scan.SkipBlanks();
            comparison = scan.ReadOperator() ?? throw new QueryException($"A tag is written __tag__:name: value.", start);
        }

        var target = QueryField.Resolve(name, start);
        scan.SkipBlanks();
        var at = scan.Position;
        if (comparison == "in")
        {
            var (open, low, high, close) = ReadRange(target, start);
            return target.Written($" in {open}{low} {high}{close}");
        }

        if (comparison is not (":" or "=") && !target.IsNumber)
        {
            throw new QueryException($"{name} holds text, which has no order: write {name}: and the text.", start);
        }

        if (scan.AtEnd || scan.Here is ')' or '(')
        {
            throw new QueryException($"A value is missing after {name}.", at);
        }

        if (scan.Here == '#' && scan.Position + 1 < line.Length && line[scan.Position + 1] == '"')
        {
            return target.Names is [var only]
                ? ReadPhrase(SlsQueryBuilder.Name(only))
                : throw new QueryException($"A phrase needs one field; {name} stands for {string.Join(" and ", target.Names)}.", at);
        }

        var isQuoted = scan.IsAtQuote();
        var text = isQuoted ? scan.ReadQuoted() : scan.ReadWord(isValue: true);
        if (target.IsNumber && text != "*")
        {
            return target.Written($" {(comparison == ":" ? "=" : comparison)} {target.Number(text, at)}");
        }

        if (comparison is not (":" or "="))
        {
            throw new QueryException($"A number is expected here.", at);
        }

        if (target.IsContent)
        {
            AddWords(text, !isQuoted);
        }

        return target.Written(": " + (isQuoted ? SlsQueryBuilder.Quote(text) : Value(text, at)));
    }

    /// <summary><c>score.NAME</c> and what is asked of it; nothing of it is written but its place.</summary>
    private QueryPiece ReadScoreCondition(string name, int start, string comparison)
    {
        if (name.Length == 0)
        {
            throw new QueryException($"The name of a score is missing: write score.user_feedback: 1.", start);
        }

        if (scores.Count == QueryLine.MostScores)
        {
            throw new QueryException($"The query asks of more than {QueryLine.MostScores} scores.", start);
        }

        lastScore = start;
        scores.Add(ReadScoreValue(name, start, comparison));
        return new(null, string.Create(CultureInfo.InvariantCulture, $"{{{scores.Count - 1}}}"));
    }

    private ScoreCondition ReadScoreValue(string name, int start, string comparison)
    {
        var number = new QueryField([], IsNumber: true);
        scan.SkipBlanks();
        var at = scan.Position;
        if (comparison == "in")
        {
            var (open, low, high, close) = ReadRange(number, start);
            return new(name, new(Number(low), open == '[', Number(high), close == ']'));
        }

        if (scan.AtEnd || scan.Here is ')' or '(')
        {
            throw new QueryException($"A value is missing after {Score + name}.", at);
        }

        if (scan.Here == '#')
        {
            throw new QueryException($"In a score no phrase is looked for: write its whole word.", at);
        }

        var isQuoted = scan.IsAtQuote();
        var text = isQuoted ? scan.ReadQuoted() : scan.ReadWord(isValue: true);
        if (comparison is not (":" or "="))
        {
            var bound = Number(number.Number(text, at));
            return new(
                name,
                comparison[0] == '<'
                    ? new(double.NegativeInfinity, true, bound, comparison == "<=")
                    : new(bound, comparison == ">=", double.PositiveInfinity, true)
            );
        }

        if (!isQuoted && text == "*")
        {
            return new(name);
        }

        if (!isQuoted && text.AsSpan().IndexOfAny('*', '?') >= 0)
        {
            throw new QueryException($"The value of a score is its whole word; * alone stands for any. In quotes * and ? are text.", at);
        }

        double? only = text.ToLowerInvariant() switch
        {
            "true" => 1,
            "false" => 0,
            _ => QueryField.Parsed(text),
        };
        return new(name, only is { } value ? NumberRange.Only(value) : null, text);

        static double Number(string written) => double.Parse(written, CultureInfo.InvariantCulture);
    }

    /// <summary><c>[1 5]</c>, <c>(1s 5s]</c>: square brackets include the bound.</summary>
    private (char Open, string Low, string High, char Close) ReadRange(QueryField target, int start)
    {
        if (!target.IsNumber)
        {
            throw new QueryException($"{line[start..scan.Position].Trim().Split(' ')[0]} holds text; a range needs a number.", start);
        }

        var open = line[scan.Position++];
        var low = ReadBound();
        var high = ReadBound();
        scan.SkipBlanks();
        if (scan.AtEnd || scan.Here is not (']' or ')'))
        {
            throw new QueryException($"A range has two numbers in brackets: in [1 5].", scan.Position);
        }

        return (open, low, high, line[scan.Position++]);

        string ReadBound()
        {
            scan.SkipBlanks();
            var at = scan.Position;
            while (!scan.AtEnd && !char.IsWhiteSpace(scan.Here) && scan.Here is not (']' or ')' or ','))
            {
                scan.Position++;
            }

            var number = target.Number(line[at..scan.Position], at);
            if (!scan.AtEnd && scan.Here == ',')
            {
                scan.Position++;
            }

            return number;
        }
    }

    private string ReadPhrase(string field)
    {
        lastPhrase = scan.Position++;
        var text = scan.ReadQuoted();
        AddWords(text, false);
        return field.Length == 0 ? $"#{SlsQueryBuilder.Quote(text)}" : $"{field}: #{SlsQueryBuilder.Quote(text)}";
    }

    /// <summary>The text of a word: with wildcards as it is, else in quotes.</summary>
    private static string Value(string word, int at)
    {
        var wildcard = word.AsSpan().IndexOfAny('*', '?');
        if (wildcard < 0)
        {
            return SlsQueryBuilder.Quote(word);
        }

        if (word == "*")
        {
            return word;
        }

        if (wildcard == 0)
        {
            throw new QueryException($"A word cannot begin with a wildcard.", at);
        }

        if (word.Length > 64)
        {
            throw new QueryException($"A word with a wildcard has at most 64 characters.", at);
        }

        foreach (var rune in word.EnumerateRunes())
        {
            if (!System.Text.Rune.IsLetterOrDigit(rune) && rune.Value is not ('*' or '?' or '_' or '-' or '.' or '/' or '@'))
            {
                throw new QueryException($"'{rune}' cannot stand in a word with a wildcard. In quotes everything is text, * and ? too.", at);
            }
        }

        return word;
    }

    private void AddWords(string text, bool isWord)
    {
        if (negations > 0)
        {
            return;
        }

        var wildcard = isWord ? text.AsSpan().IndexOfAny('*', '?') : -1;
        text = (wildcard >= 0 ? text[..wildcard] : text).Trim();
        if (text.Length == 0)
        {
            return;
        }

        words.Add(text);
        words.AddRange(text.Split([' ', ',', ';', '/', ':', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    private void RefusePhraseSince(int phraseBefore, string keyword)
    {
        if (lastPhrase != phraseBefore)
        {
            throw new QueryException(
                $"A phrase (#\"…\") cannot stand beside '{keyword}': SLS finds phrases only where every condition must hold.",
                lastPhrase
            );
        }
    }

    private void RefuseMixed(QueryPiece piece, string keyword)
    {
        if (piece.IsMixed)
        {
            throw new QueryException(
                $"A score and other conditions cannot share '{keyword}': scores are compared in what the others find. Join them with 'and'.",
                lastScore
            );
        }
    }
}
