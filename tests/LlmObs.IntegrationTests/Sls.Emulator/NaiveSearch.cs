using System.Globalization;
using System.Text.RegularExpressions;

namespace LlmObs.IntegrationTests.Sls.Emulator;

/// <summary>A text of a log and the delimiters of the index it was written under. <see cref="Group"/>: what a condition asks for by name.</summary>
public sealed record NaiveText(string Group, string Value, string Delimiters, bool IsCaseSensitive = false)
{
    public string Fold(string text) => IsCaseSensitive ? text : text.ToLowerInvariant();
}

/// <summary>A log as the query language's description sees it.</summary>
public sealed record NaiveLog(
    TestLog Log,
    IReadOnlyList<NaiveText> Texts,
    IReadOnlyDictionary<string, double> Numbers,
    string Topic,
    IReadOnlyDictionary<string, string> Tags
);

/// <summary>
/// A search as a tree that can be written as a query and asked of a log by itself: no index, no tokens, no code of the emulator. A word is
/// found where it stands between borders: an end, a delimiter, or a Chinese character on either side.
/// </summary>
public abstract record NaiveSearch
{
    public abstract bool Finds(NaiveLog log);

    /// <summary>The query, with no more parentheses than its precedence needs.</summary>
    public abstract string Text { get; }

    private static bool IsChinese(char c) => c is >= '\u2E80' and <= '\u9FFF' or >= '\uD800' and <= '\uDFFF';

    private static bool IsDelimiter(char c, string delimiters) => delimiters.Contains(c, StringComparison.Ordinal) || c is '，' or '。' or '：';

    private static bool IsBorder(string text, int at, string delimiters) =>
        at == 0
        || at == text.Length
        || IsDelimiter(text[at - 1], delimiters)
        || IsDelimiter(text[at], delimiters)
        || ((IsChinese(text[at - 1]) || IsChinese(text[at])) && !char.IsLowSurrogate(text[at]));

    private static bool Stands(NaiveText text, string word, bool isPrefix)
    {
        var value = text.Fold(text.Value);
        word = text.Fold(word);
        for (var at = value.IndexOf(word, StringComparison.Ordinal); at >= 0; at = value.IndexOf(word, at + 1, StringComparison.Ordinal))
        {
            if (
                IsBorder(value, at, text.Delimiters)
                && (isPrefix || IsBorder(value, at + word.Length, text.Delimiters))
                && !word.Any(c => IsDelimiter(c, text.Delimiters))
            )
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Words in quotes: each must stand in a text of the group, in any order.</summary>
    public sealed record Quoted(IReadOnlyList<string> Groups, string? Field, string Value, string Delimiters) : NaiveSearch
    {
        public override string Text => (Field is null ? "" : Field + ": ") + $"\"{Value}\"";

        public override bool Finds(NaiveLog log)
        {
            var words = Value.Split([.. Delimiters, '，', '。', '：'], StringSplitOptions.RemoveEmptyEntries);
            return Groups.Any(group => words.All(word => log.Texts.Any(text => text.Group == group && Stands(text, word, isPrefix: false))));
        }
    }

    /// <summary>A word with <c>*</c> behind.</summary>
    public sealed record Beginning(IReadOnlyList<string> Groups, string? Field, string Word) : NaiveSearch
    {
        public override string Text => (Field is null ? "" : Field + ":") + Word + "*";

        public override bool Finds(NaiveLog log) => log.Texts.Any(text => Groups.Contains(text.Group) && Stands(text, Word, isPrefix: true));
    }

    /// <summary>A word of letters in which <c>*</c> stands for any number of characters and <c>?</c> for one, none of which parts words.</summary>
    public sealed record Wild(IReadOnlyList<string> Groups, string? Field, string Pattern) : NaiveSearch
    {
        public override string Text => (Field is null ? "" : Field + ":") + Pattern;

        public override bool Finds(NaiveLog log) =>
            log.Texts.Any(text =>
            {
                var pattern = Regex
                    .Escape(text.Fold(Pattern))
                    .Replace("\\*", ".*", StringComparison.Ordinal)
                    .Replace("\\?", ".", StringComparison.Ordinal);
                return Groups.Contains(text.Group) && Words(text).Any(word => Regex.IsMatch(word, $"^{pattern}$", RegexOptions.Singleline));
            });

        private static IEnumerable<string> Words(NaiveText text)
        {
            var value = text.Fold(text.Value);
            for (var (start, end) = (0, 1); end <= value.Length; end++)
            {
                if (IsBorder(value, end, text.Delimiters))
                {
                    if (!IsDelimiter(value[start], text.Delimiters))
                    {
                        yield return value[start..end];
                    }
                    start = end;
                }
            }
        }
    }

    /// <summary>A phrase of whole words. What parts them in the query must have parted them when the log was indexed.</summary>
    public sealed record Phrase(IReadOnlyList<string> Groups, string? Field, string Value, string Delimiters) : NaiveSearch
    {
        public override string Text => (Field is null ? "" : Field + ":") + $"#\"{Value}\"";

        public override bool Finds(NaiveLog log)
        {
            return log.Texts.Any(text =>
            {
                var phrase = text.Fold(Value);
                var value = text.Fold(text.Value);
                return Groups.Contains(text.Group)
                    && phrase.All(c => IsDelimiter(c, text.Delimiters) == IsDelimiter(c, Delimiters))
                    && Regex
                        .Matches(value, string.Concat("(?=", Regex.Escape(phrase), ")"))
                        .Any(match => IsBorder(value, match.Index, text.Delimiters) && IsBorder(value, match.Index + phrase.Length, text.Delimiters));
            });
        }
    }

    public sealed record Number(string Field, string Operator, double Limit) : NaiveSearch
    {
        public override string Text => $"{Field} {Operator} {Limit.ToString(CultureInfo.InvariantCulture)}";

        public override bool Finds(NaiveLog log) =>
            log.Numbers.TryGetValue(Field, out var value)
            && Operator switch
            {
                ">" => value > Limit,
                ">=" => value >= Limit,
                "<" => value < Limit,
                "<=" => value <= Limit,
                _ => Math.Abs(value - Limit) < double.Epsilon,
            };
    }

    public sealed record Between(string Field, double Low, bool LowIncluded, double High, bool HighIncluded) : NaiveSearch
    {
        public override string Text =>
            string.Create(CultureInfo.InvariantCulture, $"{Field} in {(LowIncluded ? '[' : '(')}{Low} {High}{(HighIncluded ? ']' : ')')}");

        public override bool Finds(NaiveLog log) =>
            new Number(Field, LowIncluded ? ">=" : ">", Low).Finds(log) && new Number(Field, HighIncluded ? "<=" : "<", High).Finds(log);
    }

    /// <summary>The field is there: not empty, or empty.</summary>
    public sealed record Presence(string Group, string Field, bool IsEmpty) : NaiveSearch
    {
        public override string Text => IsEmpty ? $"{Field}: \"\"" : $"{Field}: *";

        public override bool Finds(NaiveLog log) => log.Texts.Any(text => text.Group == Group && text.Value.Length == 0 == IsEmpty);
    }

    public sealed record Topic(string Value) : NaiveSearch
    {
        public override string Text => $"__topic__: {Value}";

        public override bool Finds(NaiveLog log) => log.Topic == Value;
    }

    public sealed record Tag(string Name, string Value) : NaiveSearch
    {
        public override string Text => $"__tag__:{Name}: {Value}";

        public override bool Finds(NaiveLog log) => log.Tags.GetValueOrDefault(Name) == Value;
    }

    public sealed record Everything : NaiveSearch
    {
        public override string Text => "*";

        public override bool Finds(NaiveLog log) => true;
    }

    public sealed record Both(NaiveSearch Left, NaiveSearch Right, string Word) : NaiveSearch
    {
        public override string Text => $"{Inner(Left)} {Word} {Inner(Right)}";

        public override bool Finds(NaiveLog log) => Left.Finds(log) && Right.Finds(log);

        // To the left another "and" needs none; to the right it would bind the other way round, which is the same.
        private static string Inner(NaiveSearch search) => search is Either ? $"({search.Text})" : search.Text;
    }

    public sealed record Either(NaiveSearch Left, NaiveSearch Right) : NaiveSearch
    {
        public override string Text => $"{Left.Text} or {Right.Text}";

        public override bool Finds(NaiveLog log) => Left.Finds(log) || Right.Finds(log);
    }

    public sealed record Not(NaiveSearch Inner) : NaiveSearch
    {
        public override string Text => Inner is Both or Either ? $"not ({Inner.Text})" : $"not {Inner.Text}";

        public override bool Finds(NaiveLog log) => !Inner.Finds(log);
    }
}
