using System.Collections.Immutable;
using System.Globalization;
using LlmObs.Web.Rendering;

namespace LlmObs.Web.Pages.Traces;

/// <summary>What a reader chose for single values of a panel; part of the address, so that a link shows the same.</summary>
/// <param name="Forms">By field: the form it is read in, a word of <see cref="ValueForms"/>. <c>?as=output~sql</c>, repeated.</param>
/// <param name="Parts">By field: the part of a long value, from 1. <c>?part=output~3</c>, repeated.</param>
/// <param name="Changed">The field that is shown as what changed against the previous call. <c>?changed=output</c>.</param>
public sealed record ValueChoices(ImmutableSortedDictionary<string, string> Forms, ImmutableSortedDictionary<string, int> Parts, string? Changed)
{
    private const char Separator = '~';
    private const int Most = 50;

    public static readonly ValueChoices None = new(
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal),
        ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal),
        null
    );

    /// <summary>Reads the query of an address; what makes no sense is passed over.</summary>
    public static ValueChoices From(IQueryCollection query)
    {
        var forms = None.Forms.ToBuilder();
        foreach (var (field, word) in Pairs(query["as"]))
        {
            if (ValueForms.IsKnown(word))
            {
                forms[field] = word;
            }
        }

        var parts = None.Parts.ToBuilder();
        foreach (var (field, word) in Pairs(query["part"]))
        {
            if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var part) && part > 1)
            {
                parts[field] = part;
            }
        }

        return new(forms.ToImmutable(), parts.ToImmutable(), (string?)query["changed"] is { Length: > 0 } changed ? changed : null);
    }

    public string? FormOf(string field) => Forms.GetValueOrDefault(field);

    public int PartOf(string field) => Parts.GetValueOrDefault(field, 1);

    /// <param name="form">Null to find out again.</param>
    public ValueChoices WithForm(string field, string? form) =>
        this with
        {
            Forms = form is null ? Forms.Remove(field) : Forms.SetItem(field, form),
            Changed = Changed == field ? null : Changed,
        };

    public ValueChoices WithPart(string field, int part) => this with { Parts = part == 1 ? Parts.Remove(field) : Parts.SetItem(field, part) };

    public IEnumerable<KeyValuePair<string, string?>> Query() =>
        [
            .. Forms.Select(pair => KeyValuePair.Create("as", (string?)$"{pair.Key}{Separator}{pair.Value}")),
            .. Parts.Select(pair =>
                KeyValuePair.Create("part", (string?)string.Create(CultureInfo.InvariantCulture, $"{pair.Key}{Separator}{pair.Value}"))
            ),
            .. Changed is null ? [] : new[] { KeyValuePair.Create("changed", (string?)Changed) },
        ];

    private static IEnumerable<(string Field, string Word)> Pairs(IEnumerable<string?> values) =>
        from value in values.Take(Most)
        let at = value?.LastIndexOf(Separator) ?? -1
        where at > 0
        select (value[..at], value[(at + 1)..]);
}

/// <summary>The forms a reader can choose, as addresses spell them.</summary>
public static class ValueForms
{
    public const string Raw = "raw";

    /// <summary>In the order of the menu, with their names, which are keys of translations.</summary>
    public static readonly IReadOnlyList<(string Word, TextFormat Format, string Name)> All =
    [
        ("markdown", TextFormat.Markdown, "Markdown"),
        ("json", TextFormat.Json, "JSON"),
        ("sql", TextFormat.Sql, "SQL"),
        ("tagged", TextFormat.Tagged, "Prompt with tags"),
        ("yaml", TextFormat.Yaml, "YAML"),
        ("code", TextFormat.Code, "Code"),
        ("stack", TextFormat.StackTrace, "Stack trace"),
        ("text", TextFormat.Text, "Plain text"),
    ];

    public static bool IsKnown(string word) => word == Raw || All.Any(form => form.Word == word);

    public static TextFormat? Format(string? word) => All.Where(form => form.Word == word).Select(form => (TextFormat?)form.Format).FirstOrDefault();

    public static string Name(TextFormat format) => All.First(form => form.Format == format).Name;
}
