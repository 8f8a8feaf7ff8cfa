using System.Globalization;
using System.Text;

namespace LlmObs.Sls;

/// <summary>Builds the search part of a query from values nobody has checked: whatever they hold, they stay the value of their condition.</summary>
/// <remarks>Every condition and group stands in its own parentheses, because how far SLS's <c>not</c> reaches is not documented.</remarks>
public sealed class SlsQueryBuilder
{
    private readonly List<string> conditions = [];

    /// <summary>The field holds the words of the value (the whole value where its index has no delimiters). An empty value matches fields that are empty.</summary>
    public SlsQueryBuilder Field(string field, string value) => Add($"{Name(field)}: {Quote(value)}");

    /// <summary>A tag of the log group is this value.</summary>
    public SlsQueryBuilder Tag(string tag, string value) => Field("__tag__:" + tag, value);

    /// <summary>One of the values, as <see cref="Field"/>; with none, nothing matches.</summary>
    public SlsQueryBuilder AnyOf(string field, IEnumerable<string> values)
    {
        var any = string.Join(" or ", values.Select(value => $"{Name(field)}: {Quote(value)}"));
        return any.Length == 0 ? Add("not *") : Add($"({any})");
    }

    /// <summary>The words of the value stand in the field next to one another and in order. SLS takes it only among conditions that all hold: not inside <see cref="Not"/> or <see cref="Any"/>.</summary>
    public SlsQueryBuilder Phrase(string field, string value) => Add($"{Name(field)}: #{Quote(value)}");

    /// <summary>A word of the field begins so. SLS looks at 100 such words at most, and not at fields of numbers.</summary>
    /// <exception cref="ArgumentException">The prefix is empty, longer than 64, or holds more than letters, digits and '_': a wildcard cannot stand in quotes, so nothing else can be kept apart.</exception>
    public SlsQueryBuilder Prefix(string field, string prefix) =>
        prefix.Length is > 0 and <= 64 && prefix.All(character => char.IsLetterOrDigit(character) || character == '_')
            ? Add($"{Name(field)}: {prefix}*")
            : throw new ArgumentException($"'{prefix}' is no beginning of a word.", nameof(prefix));

    /// <summary>The words occur anywhere in the log.</summary>
    public SlsQueryBuilder Text(string words) => Add(Quote(words));

    /// <summary>A number at least this.</summary>
    public SlsQueryBuilder AtLeast(string field, double number) => Add($"{Name(field)} >= {Number(number)}");

    /// <summary>A number at most this.</summary>
    public SlsQueryBuilder AtMost(string field, double number) => Add($"{Name(field)} <= {Number(number)}");

    /// <summary>A number from one to another, both included.</summary>
    public SlsQueryBuilder Between(string field, double least, double most) => Add($"{Name(field)} in [{Number(least)} {Number(most)}]");

    /// <summary>One of the other builders' conditions holds; with none, nothing matches.</summary>
    public SlsQueryBuilder Any(params IReadOnlyCollection<SlsQueryBuilder> others) =>
        others.Count == 0 ? Add("not *") : Add(string.Join(" or ", others.Select(other => $"({other.Search()})")));

    /// <summary>The field is there and not empty.</summary>
    public SlsQueryBuilder Exists(string field) => Add($"{Name(field)}: *");

    /// <summary>None of the conditions the other builder holds, taken together.</summary>
    public SlsQueryBuilder Not(SlsQueryBuilder other) => other.conditions.Count == 0 ? Add("not *") : Add($"not ({other.Search()})");

    /// <summary>All conditions together; <c>*</c> without any.</summary>
    public string Search() => conditions.Count == 0 ? "*" : string.Join(" and ", conditions.Select(condition => $"({condition})"));

    /// <summary>As <see cref="Search"/>.</summary>
    public override string ToString() => Search();

    /// <summary>A value in quotes. Operators, wildcards and a <c>|</c> inside are text.</summary>
    /// <remarks>
    /// Documented is that <c>\"</c> is a quote; whether <c>\\</c> is one backslash is not. Doubling backslashes is right under both readings except at the
    /// end, where a reader that knows no <c>\\</c> would take the closing quote as escaped: a blank, which divides words and is no word, keeps them apart.
    /// </remarks>
    public static string Quote(string value)
    {
        var text = new StringBuilder(value.Length + 2).Append('"');
        foreach (var character in value)
        {
            // Control characters are no part of any word, and a NUL ends a text in some readers.
            _ = character switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                < ' ' => text.Append(' '),
                _ => text.Append(character),
            };
        }

        return text.Append(value.EndsWith('\\') ? " \"" : "\"").ToString();
    }

    /// <summary>A field's name, quoted unless it is plain. <c>__tag__:</c> before the name of a tag stays.</summary>
    public static string Name(string field)
    {
        const string Tag = "__tag__:";
        if (field.StartsWith(Tag, StringComparison.Ordinal))
        {
            return Tag + Name(field[Tag.Length..]);
        }

        return IsPlain(field) ? field : Quote(field);
    }

    private static bool IsPlain(string field) =>
        field.Length > 0
        && field.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '.' or '-')
        && (char.IsAsciiLetter(field[0]) || field[0] == '_')
        && field.ToUpperInvariant()
            is not ("AND" or "OR" or "NOT" or "IN" or "SORT" or "ASC" or "DESC" or "GROUP" or "BY" or "AVG" or "SUM" or "MIN" or "MAX" or "LIMIT");

    private static string Number(double number) =>
        !double.IsFinite(number)
            ? throw new ArgumentOutOfRangeException(nameof(number), number, "SLS compares finite numbers only.")
            : number.ToString("0.################", CultureInfo.InvariantCulture);

    private SlsQueryBuilder Add(string condition)
    {
        conditions.Add(condition);
        return this;
    }
}
