using System.Text;

namespace LlmObs.TraceLog;

/// <summary>Walks over a query line: blanks, words, quoted texts, keywords and signs. Knows no grammar.</summary>
internal sealed class QueryScanner(string line)
{
    public int Position { get; set; }

    /// <summary>The character to read next.</summary>
    public char Here => line[Position];

    public bool AtEnd => Position >= line.Length;

    public char Take() => line[Position++];

    /// <summary>What was read since a position.</summary>
    public string Since(int start) => line[start..Position];

    public void SkipBlanks()
    {
        while (!AtEnd && char.IsWhiteSpace(line[Position]))
        {
            Position++;
        }
    }

    /// <summary>The text between two quotation marks.</summary>
    public string ReadQuoted()
    {
        var opened = Position++;
        var text = new StringBuilder();
        while (!AtEnd)
        {
            var character = line[Position++];
            if (character == '"')
            {
                return text.ToString();
            }

            // \" is a quote and \\ a backslash; before anything else a backslash is itself.
            text.Append(character == '\\' && !AtEnd && line[Position] is '"' or '\\' ? line[Position++] : character);
        }

        throw new QueryException($"This quotation mark is not closed.", opened);
    }

    /// <summary>A run of characters up to what ends a word. As a value it may hold colons and comparison signs.</summary>
    public string ReadWord(bool isValue)
    {
        var start = Position;
        while (
            !AtEnd
            && !char.IsWhiteSpace(line[Position])
            && line[Position] is not ('(' or ')' or '"' or '|')
            && (isValue || line[Position] is not (':' or '<' or '>' or '='))
        )
        {
            Position++;
        }

        if (!AtEnd && line[Position] == '|')
        {
            throw new QueryException($"The query line holds a search only; | would start an analysis. Put it in quotes to look for it.", Position);
        }

        return Position > start
            ? line[start..Position]
            : throw (
                AtEnd
                    ? new QueryException($"A value is missing at the end.", Position)
                    : new QueryException($"'{line[Position]}' cannot stand here.", Position)
            );
    }

    /// <summary>A colon, a comparison sign, or the <c>in</c> of a range; null when none stands here.</summary>
    public string? ReadOperator()
    {
        if (AtEnd)
        {
            return null;
        }

        if (line[Position] is ':' or '=')
        {
            return line[Position++].ToString();
        }

        if (line[Position] is '<' or '>')
        {
            var sign = line[Position++];
            return !AtEnd && line[Position] == '=' ? $"{sign}{line[Position++]}" : sign.ToString();
        }

        return TakeIn() ? "in" : null;
    }

    /// <summary><c>in</c> (lower case only) and the bracket of a range behind it.</summary>
    private bool TakeIn()
    {
        if (!line.AsSpan(Position).StartsWith("in", StringComparison.Ordinal))
        {
            return false;
        }

        var next = Position + 2;
        while (next < line.Length && char.IsWhiteSpace(line[next]))
        {
            next++;
        }

        if (next >= line.Length || line[next] is not ('[' or '('))
        {
            return false;
        }

        Position = next;
        return true;
    }

    public bool IsAtQuote() => !AtEnd && line[Position] == '"';

    /// <summary>A phrase is a quoted text behind #.</summary>
    public bool IsAtPhrase() => !AtEnd && line[Position] == '#' && Position + 1 < line.Length && line[Position + 1] == '"';

    public bool IsAtClose()
    {
        SkipBlanks();
        return AtEnd || line[Position] == ')';
    }

    public bool TakeOpen()
    {
        SkipBlanks();
        if (AtEnd || line[Position] != '(')
        {
            return false;
        }

        Position++;
        return true;
    }

    public bool TakeKeyword(string keyword)
    {
        if (!IsAtKeyword(keyword))
        {
            return false;
        }

        Position += keyword.Length;
        return true;
    }

    public bool IsAtKeyword(string keyword)
    {
        SkipBlanks();
        var end = Position + keyword.Length;
        return line.AsSpan(Position).StartsWith(keyword, StringComparison.OrdinalIgnoreCase)
            && (end >= line.Length || char.IsWhiteSpace(line[end]) || line[end] is '(' or ')' or '"');
    }
}
