using System.Text;
using System.Text.RegularExpressions;

namespace LlmObs.Web.Search;

/// <summary>A condition the line demands: one of the pieces joined by "and".</summary>
/// <param name="Source">As typed, "not" included.</param>
/// <param name="Field">Set when the piece is <c>field: value</c>, or a group of such alternatives for one field.</param>
/// <param name="Values">The values of <paramref name="Field"/>, unquoted; for a bare word or phrase without a field, that text.</param>
public sealed record QueryPart(string Source, bool IsNegated, string? Field, IReadOnlyList<string> Values);

/// <summary>
/// A query line as facets and links see it. Editing keeps what was typed and changes one condition;
/// a line with "or" at its top is one condition, put into parentheses when another joins it.
/// </summary>
public sealed partial class QueryText
{
    private QueryText(string text, IReadOnlyList<QueryPart> parts) => (Text, Parts) = (text, parts);

    public string Text { get; }

    public IReadOnlyList<QueryPart> Parts { get; }

    public static QueryText Parse(string? text)
    {
        var line = (text ?? "").Trim();
        return new(line, QueryParts.Of(line));
    }

    /// <summary>The line's only word when it is nothing but one unquoted word: perhaps an id somebody pasted.</summary>
    public string? OnlyWord =>
        Parts is [{ IsNegated: false, Field: null, Values: [var word] } part] && part.Source == word && word.IndexOfAny(['*', '?']) < 0 ? word : null;

    /// <summary>What a match is likely to show, for marking it.</summary>
    public IReadOnlyList<string> Words =>
        [
            .. Parts
                .Where(part => !part.IsNegated && part.Field is null or "input" or "output" or "error" or "question" or "prompt")
                .SelectMany(part => part.Values)
                .Select(word => word.Trim('*', '?'))
                .Where(word => word.Length > 0)
                .Distinct(),
        ];

    public IReadOnlyList<string> ValuesOf(string field) => [.. Parts.Where(part => IsOf(part, field)).SelectMany(part => part.Values)];

    public bool Has(string field, string value) => ValuesOf(field).Contains(value, StringComparer.OrdinalIgnoreCase);

    /// <summary>The line with the condition taken away when it is there, else added. A second value of a field widens the first: <c>(a or b)</c>.</summary>
    public string Toggle(string field, string value)
    {
        var at = IndexOf(part => IsOf(part, field));
        if (at < 0)
        {
            return Join([.. Parts.Select(Embedded), Condition(field, value)]);
        }

        var values = Has(field, value)
            ? Parts[at].Values.Where(one => !one.Equals(value, StringComparison.OrdinalIgnoreCase)).ToList()
            : [.. Parts[at].Values, value];
        var alternatives = string.Join(" or ", values.Select(one => Condition(field, one)));
        var replacement = values.Count > 1 ? $"({alternatives})" : alternatives;
        return Join([
            .. Parts.Select(
                (part, i) =>
                    i == at ? replacement
                    : Parts.Count > 1 ? Embedded(part)
                    : part.Source
            ),
        ]);
    }

    /// <summary>The line with the value left out, or let in again when it is left out.</summary>
    public string Exclude(string field, string value)
    {
        if (IsExcluded(field, value))
        {
            return Join([.. Parts.SelectMany(part => part.IsNegated && IsAbout(part, field) ? StillExcluded(part, field, value) : [part.Source])]);
        }

        var line = Has(field, value) ? Parse(Toggle(field, value)) : this;
        return Join([.. line.Parts.Select(Embedded), "not " + Condition(field, value)]);
    }

    /// <summary>The line that asks for the value, among others when it asks for others too. One that is left out is let in.</summary>
    public string Include(string field, string value)
    {
        var line = IsExcluded(field, value) ? Parse(Exclude(field, value)) : this;
        return line.Has(field, value) ? line.Text : line.Toggle(field, value);
    }

    public IReadOnlyList<string> ExcludedOf(string field) =>
        [.. Parts.Where(part => part.IsNegated && IsAbout(part, field)).SelectMany(part => part.Values)];

    public bool IsExcluded(string field, string value) => ExcludedOf(field).Contains(value, StringComparer.OrdinalIgnoreCase);

    /// <summary>The line that asks for one value of a field, whatever it asked of it before.</summary>
    public string Only(string field, string value) => Parse(WithoutField(field)).Toggle(field, value);

    public string WithoutField(string field) => Join([.. Parts.Where(part => !IsOf(part, field)).Select(part => part.Source)]);

    /// <summary>The line that says nothing of a field, neither that it is nor that it is not something.</summary>
    public string SilentOn(string field) => Join([.. Parts.Where(part => !IsAbout(part, field)).Select(part => part.Source)]);

    public string Without(QueryPart gone) => Join([.. Parts.Where(part => part != gone).Select(part => part.Source)]);

    /// <summary><c>field: value</c>, quoted where the grammar needs it.</summary>
    public static string Condition(string field, string value) => $"{Quote(field)}: {Quote(value)}";

    /// <summary>A name or a value as the line reads it, in quotes where the grammar needs them.</summary>
    public static string Quote(string value) =>
        PlainWord().IsMatch(value) && !Reserved().IsMatch(value)
            ? value
            : $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string Join(IReadOnlyList<string> sources)
    {
        var line = new StringBuilder();
        foreach (var source in sources.Where(source => source.Length > 0))
        {
            line.Append(line.Length == 0 ? "" : " and ").Append(source);
        }

        return line.ToString();
    }

    private static IEnumerable<string> StillExcluded(QueryPart part, string field, string value) =>
        part.Values.Where(one => !one.Equals(value, StringComparison.OrdinalIgnoreCase)).Select(one => "not " + Condition(field, one));

    private static bool IsOf(QueryPart part, string field) => !part.IsNegated && IsAbout(part, field);

    private static bool IsAbout(QueryPart part, string field) => part.Field is { } own && Canonical(own) == Canonical(field);

    private static string Canonical(string field) => field.ToLowerInvariant() is "env" ? "environment" : field.ToLowerInvariant();

    private static string Embedded(QueryPart part) => QueryParts.HasLooseOr(part.Source) ? $"({part.Source})" : part.Source;

    private int IndexOf(Func<QueryPart, bool> matches)
    {
        for (var i = 0; i < Parts.Count; i++)
        {
            if (matches(Parts[i]))
            {
                return i;
            }
        }

        return -1;
    }

    // A value outside this set is quoted: a colon, a blank or a wildcard would mean something to the grammar.
    [GeneratedRegex(@"^[\p{L}\p{N}_.\-]+$")]
    private static partial Regex PlainWord();

    [GeneratedRegex("^(sort|asc|desc|group|by|avg|sum|min|max|limit|and|or|not|in)$", RegexOptions.IgnoreCase)]
    private static partial Regex Reserved();
}
