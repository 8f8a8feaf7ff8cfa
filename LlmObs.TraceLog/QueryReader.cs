using System.Text;
using LlmObs.Sls;

namespace LlmObs.TraceLog;

/// <summary>Reads by the grammar, top down, and writes SLS search text.</summary>
internal sealed class QueryReader(string line)
{
    private readonly List<string> words = [];
    private int position;
    private int depth;
    private int negations;
    private int conditions;

    // A phrase (#"…") is evaluated on candidates; SLS allows it only where every condition must hold.
    private int lastPhrase = -1;

    public IReadOnlyList<string> Words => [.. words.Distinct(StringComparer.OrdinalIgnoreCase).Take(QueryLine.MostWords)];

    public bool AtEnd => position >= line.Length;

    public string ReadAll()
    {
        var search = ReadOr();
        SkipBlanks();
        return AtEnd ? search : throw new QueryException("There is a closing parenthesis too many.", position);
    }

    public void SkipBlanks()
    {
        while (!AtEnd && char.IsWhiteSpace(line[position]))
        {
            position++;
        }
    }

    private string ReadOr()
    {
        var phraseBefore = lastPhrase;
        List<string> parts = [ReadAnd()];
        while (TakeKeyword("or"))
        {
            parts.Add(ReadAnd());
            RefusePhraseSince(phraseBefore, "or");
        }

        return Joined(parts, " or ");
    }

    private string ReadAnd()
    {
        List<string> parts = [ReadUnit()];
        while (TakeKeyword("and") || !(IsAtClose() || IsAtKeyword("or")))
        {
            parts.Add(ReadUnit());
        }

        return Joined(parts, " and ");
    }

    private string ReadUnit()
    {
        if (++depth > QueryLine.MostDepth)
        {
            throw new QueryException($"The query is nested deeper than {QueryLine.MostDepth} levels.", position);
        }

        var unit = TakeKeyword("not") ? ReadNegated() : TakeOpen() ? ReadGroup() : ReadCondition();
        depth--;
        return unit;
    }

    private string ReadNegated()
    {
        negations++;
        var phraseBefore = lastPhrase;
        var unit = ReadUnit();
        RefusePhraseSince(phraseBefore, "not");
        negations--;
        return $"(not {unit})";
    }

    private string ReadGroup()
    {
        var opened = position - 1;
        var group = ReadOr();
        SkipBlanks();
        if (AtEnd)
        {
            throw new QueryException("This parenthesis is not closed.", opened);
        }

        position++;
        return group;
    }

    private string ReadCondition()
    {
        SkipBlanks();
        if (AtEnd)
        {
            throw new QueryException("A condition is missing at the end.", position);
        }

        if (++conditions > QueryLine.MostConditions)
        {
            throw new QueryException($"The query has more than {QueryLine.MostConditions} conditions.", position);
        }

        var start = position;
        if (line[position] == '#' && position + 1 < line.Length && line[position + 1] == '"')
        {
            return ReadPhrase("");
        }

        var isQuoted = line[position] == '"';
        var text = isQuoted ? ReadQuoted() : ReadWord(isValue: false);
        var after = position;
        SkipBlanks();
        if (ReadOperator() is { } comparison)
        {
            return ReadFieldCondition(text, start, comparison);
        }

        position = after;
        AddWords(text, !isQuoted);
        return isQuoted ? SlsQueryBuilder.Quote(text) : Value(text, start);
    }

    private string ReadFieldCondition(string name, int start, string comparison)
    {
        if (name.Equals("__tag__", StringComparison.OrdinalIgnoreCase) && comparison == ":")
        {
            name = "__tag__:" + (IsAtQuote() ? ReadQuoted() : ReadWord(isValue: false));
            SkipBlanks();
            comparison = ReadOperator() ?? throw new QueryException("A tag is written __tag__:name: value.", start);
        }

        var target = QueryField.Resolve(name, start);
        SkipBlanks();
        var at = position;
        if (comparison == "in")
        {
            return target.Written(ReadRange(target, start));
        }

        if (comparison is not (":" or "=") && !target.IsNumber)
        {
            throw new QueryException($"{name} holds text, which has no order: write {name}: and the text.", start);
        }

        if (AtEnd || line[position] is ')' or '(')
        {
            throw new QueryException($"A value is missing after {name}.", at);
        }

        if (line[position] == '#' && position + 1 < line.Length && line[position + 1] == '"')
        {
            return target.Names is [var only] ? ReadPhrase(SlsQueryBuilder.Name(only)) : throw new QueryException($"A phrase needs one field; {name} stands for {string.Join(" and ", target.Names)}.", at);
        }

        var isQuoted = IsAtQuote();
        var text = isQuoted ? ReadQuoted() : ReadWord(isValue: true);
        if (target.IsNumber && text != "*")
        {
            return target.Written($" {(comparison == ":" ? "=" : comparison)} {target.Number(text, at)}");
        }

        if (comparison is not (":" or "="))
        {
            throw new QueryException("A number is expected here.", at);
        }

        if (target.IsContent)
        {
            AddWords(text, !isQuoted);
        }

        return target.Written(": " + (isQuoted ? SlsQueryBuilder.Quote(text) : Value(text, at)));
    }

    /// <summary><c>[1 5]</c>, <c>(1s 5s]</c>: square brackets include the bound.</summary>
    private string ReadRange(QueryField target, int start)
    {
        if (!target.IsNumber)
        {
            throw new QueryException($"{line[start..position].Trim().Split(' ')[0]} holds text; a range needs a number.", start);
        }

        var open = line[position++];
        var low = ReadBound();
        var high = ReadBound();
        SkipBlanks();
        if (AtEnd || line[position] is not (']' or ')'))
        {
            throw new QueryException("A range has two numbers in brackets: in [1 5].", position);
        }

        return $" in {open}{low} {high}{line[position++]}";

        string ReadBound()
        {
            SkipBlanks();
            var at = position;
            while (!AtEnd && !char.IsWhiteSpace(line[position]) && line[position] is not (']' or ')' or ','))
            {
                position++;
            }

            var number = target.Number(line[at..position], at);
            if (!AtEnd && line[position] == ',')
            {
                position++;
            }

            return number;
        }
    }

    private string ReadPhrase(string field)
    {
        lastPhrase = position++;
        var text = ReadQuoted();
        AddWords(text, false);
        return field.Length == 0 ? $"#{SlsQueryBuilder.Quote(text)}" : $"{field}: #{SlsQueryBuilder.Quote(text)}";
    }

    private string ReadQuoted()
    {
        var opened = position++;
        var text = new StringBuilder();
        while (!AtEnd)
        {
            var character = line[position++];
            if (character == '"')
            {
                return text.ToString();
            }

            // \" is a quote and \\ a backslash; before anything else a backslash is itself.
            text.Append(character == '\\' && !AtEnd && line[position] is '"' or '\\' ? line[position++] : character);
        }

        throw new QueryException("This quotation mark is not closed.", opened);
    }

    /// <summary>A run of characters up to what ends a word. As a value it may hold colons and comparison signs.</summary>
    private string ReadWord(bool isValue)
    {
        var start = position;
        while (!AtEnd && !char.IsWhiteSpace(line[position]) && line[position] is not ('(' or ')' or '"' or '|') && (isValue || line[position] is not (':' or '<' or '>' or '=')))
        {
            position++;
        }

        if (!AtEnd && line[position] == '|')
        {
            throw new QueryException("The query line holds a search only; | would start an analysis. Put it in quotes to look for it.", position);
        }

        return position > start ? line[start..position] : throw new QueryException(AtEnd ? "A value is missing at the end." : $"'{line[position]}' cannot stand here.", position);
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
            throw new QueryException("A word cannot begin with a wildcard.", at);
        }

        if (word.Length > 64)
        {
            throw new QueryException("A word with a wildcard has at most 64 characters.", at);
        }

        foreach (var rune in word.EnumerateRunes())
        {
            if (!Rune.IsLetterOrDigit(rune) && rune.Value is not ('*' or '?' or '_' or '-' or '.' or '/' or '@'))
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
            throw new QueryException($"A phrase (#\"…\") cannot stand beside '{keyword}': SLS finds phrases only where every condition must hold.", lastPhrase);
        }
    }

    private string? ReadOperator()
    {
        if (AtEnd)
        {
            return null;
        }

        if (line[position] is ':' or '=')
        {
            return line[position++].ToString();
        }

        if (line[position] is '<' or '>')
        {
            var sign = line[position++];
            return !AtEnd && line[position] == '=' ? $"{sign}{line[position++]}" : sign.ToString();
        }

        return TakeIn() ? "in" : null;
    }

    /// <summary><c>in</c> (lower case only) and the bracket of a range behind it.</summary>
    private bool TakeIn()
    {
        if (!line.AsSpan(position).StartsWith("in", StringComparison.Ordinal))
        {
            return false;
        }

        var next = position + 2;
        while (next < line.Length && char.IsWhiteSpace(line[next]))
        {
            next++;
        }

        if (next >= line.Length || line[next] is not ('[' or '('))
        {
            return false;
        }

        position = next;
        return true;
    }

    private static string Joined(List<string> parts, string keyword) => parts.Count == 1 ? parts[0] : $"({string.Join(keyword, parts)})";

    private bool IsAtQuote() => !AtEnd && line[position] == '"';

    private bool IsAtClose()
    {
        SkipBlanks();
        return AtEnd || line[position] == ')';
    }

    private bool TakeOpen()
    {
        SkipBlanks();
        if (AtEnd || line[position] != '(')
        {
            return false;
        }

        position++;
        return true;
    }

    private bool TakeKeyword(string keyword)
    {
        if (!IsAtKeyword(keyword))
        {
            return false;
        }

        position += keyword.Length;
        return true;
    }

    private bool IsAtKeyword(string keyword)
    {
        SkipBlanks();
        var end = position + keyword.Length;
        return line.AsSpan(position).StartsWith(keyword, StringComparison.OrdinalIgnoreCase) && (end >= line.Length || char.IsWhiteSpace(line[end]) || line[end] is '(' or ')' or '"');
    }
}
