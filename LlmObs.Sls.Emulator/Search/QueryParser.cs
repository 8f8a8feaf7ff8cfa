using System.Globalization;
using System.Text;
using LlmObs.Sls.Emulator.Http;

namespace LlmObs.Sls.Emulator.Search;

/// <summary>Reads the search grammar. Throws <see cref="SlsException"/> (ParameterInvalid) that names the position.</summary>
/// <remarks><c>and</c> binds closer than <c>or</c>; side by side means <c>and</c>; <c>not</c> reaches to the next unit.</remarks>
public sealed class QueryParser
{
    private const int MaxDepth = 200;
    private readonly string text;
    private int at;
    private int depth;

    private QueryParser(string text) => this.text = text;

    public static QueryNode Parse(string search)
    {
        var parser = new QueryParser(search);
        if (parser.IsAtEnd())
        {
            return new EveryLog();
        }
        var node = parser.Or();
        return parser.IsAtEnd() ? node : throw parser.Error($"unexpected '{parser.text[parser.at]}'");
    }

    private QueryNode Or()
    {
        if (++depth > MaxDepth)
        {
            throw Error("the query nests too deeply");
        }
        var left = And();
        while (TakeKeyword("or"))
        {
            left = new OrNode(left, And());
        }
        depth--;
        return left;
    }

    private QueryNode And()
    {
        var left = Unit();
        while (!IsAtEnd() && text[at] != ')' && !PeekKeyword("or"))
        {
            TakeKeyword("and");
            left = new AndNode(left, Unit());
        }
        return left;
    }

    private QueryNode Unit()
    {
        var negations = 0;
        while (TakeKeyword("not"))
        {
            negations++;
        }
        QueryNode unit;
        if (IsAtEnd())
        {
            throw Error("a condition is missing at the end");
        }
        if (text[at] == '(')
        {
            at++;
            unit = Or();
            if (IsAtEnd() || text[at] != ')')
            {
                throw Error("')' is missing");
            }
            at++;
        }
        else
        {
            unit = Condition();
        }
        return negations % 2 == 0 ? unit : new NotNode(unit);
    }

    private QueryNode Condition()
    {
        var position = at;
        if (PeekKeyword("and") || PeekKeyword("or"))
        {
            throw Error("a condition is missing before the keyword; put it in double quotes to search for the word");
        }
        var (name, kind) = Operand(isValue: false);
        if (kind == ValueKind.Phrase || IsAtEnd())
        {
            return Bare(name, kind, position);
        }
        if (text[at] == ':')
        {
            at++;
            if (name == "__tag__" && kind == ValueKind.Word)
            {
                name = "__tag__:" + Operand(isValue: false).Text;
                if (IsAtEnd() || text[at++] != ':')
                {
                    throw Error("a tag is searched as __tag__:name:value");
                }
            }
            var valueAt = IsAtEnd() ? at : at;
            var (value, valueKind) = Operand(isValue: true);
            return new MatchNode(name, value, valueKind, valueAt);
        }
        if (text[at] is '<' or '>' or '=')
        {
            var comparison = text[at] != '=' && at + 1 < text.Length && text[at + 1] == '=' ? text.Substring(at, 2) : text[at].ToString();
            at += comparison.Length;
            return new CompareNode(name, comparison, Number(), position);
        }
        return RangeAhead() ? Range(name, position) : Bare(name, kind, position);
    }

    private static QueryNode Bare(string word, ValueKind kind, int position) =>
        kind == ValueKind.Word && word == "*" ? new EveryLog() : new MatchNode(null, word, kind, position);

    private RangeNode Range(string field, int position)
    {
        at += 2;
        IsAtEnd();
        var lowIncluded = text[at++] == '[';
        var low = Number();
        var high = Number();
        if (IsAtEnd() || text[at] is not (']' or ')'))
        {
            throw Error("a range ends with ']' or ')'");
        }
        return new RangeNode(field, low, lowIncluded, high, text[at++] == ']', position);
    }

    // "in" is a keyword in lower case only, and only before a bracket.
    private bool RangeAhead()
    {
        if (string.CompareOrdinal(text, at, "in", 0, 2) != 0)
        {
            return false;
        }
        var next = at + 2;
        while (next < text.Length && char.IsWhiteSpace(text[next]))
        {
            next++;
        }
        return next < text.Length && (text[next] == '[' || (text[next] == '(' && next > at));
    }

    private string Number()
    {
        IsAtEnd();
        var start = at;
        while (at < text.Length && !char.IsWhiteSpace(text[at]) && text[at] is not (')' or ']' or '(' or ','))
        {
            at++;
        }
        if (at < text.Length && text[at] == ',')
        {
            at++;
            return text[start..(at - 1)];
        }
        return at > start ? text[start..at] : throw Error("a number is missing");
    }

    private (string Text, ValueKind Kind) Operand(bool isValue)
    {
        if (IsAtEnd())
        {
            throw Error("a value is missing");
        }
        if (text[at] == '"')
        {
            return (Quoted(), ValueKind.Quoted);
        }
        if (text[at] == '#' && at + 1 < text.Length && text[at + 1] == '"')
        {
            at++;
            return (Quoted(), ValueKind.Phrase);
        }
        var start = at;
        while (at < text.Length && !EndsWord(text[at], isValue))
        {
            at++;
        }
        if (at == start)
        {
            throw Error($"unexpected '{text[at]}'");
        }
        var word = text[start..at];
        if (isValue && at < text.Length && text[at] == ':')
        {
            throw SlsException.Parameter(NotAKey(word));
        }
        IsAtEnd();
        return (word, ValueKind.Word);
    }

    /// <summary>The service's words for a field without a key index.</summary>
    public static string NotAKey(string name) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"key ({name}) is not config as key value config,if symbol : is in your log,please wrap : with quotation mark \""
        );

    private static bool EndsWord(char c, bool isValue) =>
        char.IsWhiteSpace(c) || c is '(' or ')' or '"' or ':' || (!isValue && c is '<' or '>' or '=');

    private string Quoted()
    {
        var opened = at++;
        var value = new StringBuilder();
        while (at < text.Length && text[at] != '"')
        {
            if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] is '"' or '\\')
            {
                at++;
            }
            value.Append(text[at++]);
        }
        if (at >= text.Length)
        {
            at = opened;
            throw Error("the quotation is not closed");
        }
        at++;
        IsAtEnd();
        return value.ToString();
    }

    private bool TakeKeyword(string keyword)
    {
        if (!PeekKeyword(keyword))
        {
            return false;
        }
        at += keyword.Length;
        return true;
    }

    private bool PeekKeyword(string keyword)
    {
        if (IsAtEnd() || at + keyword.Length > text.Length || !text.AsSpan(at, keyword.Length).Equals(keyword, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }
        var next = at + keyword.Length;
        return next == text.Length || char.IsWhiteSpace(text[next]) || text[next] is '(' or ')' or '"';
    }

    // Skips blanks first.
    private bool IsAtEnd()
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }
        return at >= text.Length;
    }

    private SlsException Error(string message) =>
        SlsException.Parameter($"ErrorType:OLSQueryParseError.ErrorMessage:syntax error at position {at}: {message}");
}
