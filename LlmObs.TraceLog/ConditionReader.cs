using System.Globalization;
using LlmObs.Domain.Scores;
using LlmObs.Sls;

namespace LlmObs.TraceLog;

/// <summary>Reads one condition of a query line: a word, a phrase, or a field and what is asked of it.</summary>
internal sealed class ConditionReader(QueryScanner scan)
{
    private const string Score = "score.";
    private const int LongestWildcard = 64;

    private readonly List<string> words = [];
    private readonly List<ScoreCondition> scores = [];
    private bool isWanted;

    /// <summary>Texts of the conditions that must hold, as written and word by word.</summary>
    public IReadOnlyList<string> Words => words;

    public IReadOnlyList<ScoreCondition> Scores => scores;

    /// <summary>Where the last phrase (<c>#"…"</c>) stands; -1 before there is one. It is evaluated on candidates: SLS allows it only where every condition must hold.</summary>
    public int LastPhrase { get; private set; } = -1;

    public int LastScore { get; private set; } = -1;

    /// <param name="isWanted">False below a "not": its words are none to show.</param>
    public QueryPiece Read(bool isWanted)
    {
        this.isWanted = isWanted;
        var start = scan.Position;
        if (scan.IsAtPhrase())
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

        if (scan.IsAtPhrase())
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

        LastScore = start;
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
            throw new QueryException($"{scan.Since(start).Trim().Split(' ')[0]} holds text; a range needs a number.", start);
        }

        var open = scan.Take();
        var low = ReadBound();
        var high = ReadBound();
        scan.SkipBlanks();
        if (scan.AtEnd || scan.Here is not (']' or ')'))
        {
            throw new QueryException($"A range has two numbers in brackets: in [1 5].", scan.Position);
        }

        return (open, low, high, scan.Take());

        string ReadBound()
        {
            scan.SkipBlanks();
            var at = scan.Position;
            while (!scan.AtEnd && !char.IsWhiteSpace(scan.Here) && scan.Here is not (']' or ')' or ','))
            {
                scan.Position++;
            }

            var number = target.Number(scan.Since(at), at);
            if (!scan.AtEnd && scan.Here == ',')
            {
                scan.Position++;
            }

            return number;
        }
    }

    private string ReadPhrase(string field)
    {
        LastPhrase = scan.Position++;
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

        if (word.Length > LongestWildcard)
        {
            throw new QueryException($"A word with a wildcard has at most {LongestWildcard} characters.", at);
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
        if (!isWanted)
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
}
