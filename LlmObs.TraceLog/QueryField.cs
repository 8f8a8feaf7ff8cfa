using System.Globalization;
using LlmObs.Sls;

namespace LlmObs.TraceLog;

/// <summary>What a name in the query line stands for.</summary>
/// <param name="Names">Fields of the log; the condition holds when it holds for one of them.</param>
internal sealed record QueryField(IReadOnlyList<string> Names, bool IsNumber, FieldUnit Unit = FieldUnit.None, bool IsWholeNumber = false)
{
    private static readonly string[] Contents = ["prompt", "input", "output", "question", "documents"];
    private static readonly string[] BuiltIn = ["__topic__", "__source__"];

    private static readonly (string Suffix, double Microseconds)[] Units =
    [
        ("us", 1),
        ("µs", 1),
        ("ms", 1e3),
        ("s", 1e6),
        ("m", 60e6),
        ("h", 3600e6),
        ("d", 86400e6),
    ];

    /// <summary>True when its words can show in a snippet.</summary>
    public bool IsContent => Names.Any(Contents.Contains);

    /// <exception cref="QueryException">No field has that name.</exception>
    public static QueryField Resolve(string name, int position)
    {
        if (SpanLogSchema.Words.TryGetValue(name, out var names))
        {
            return Of(SpanLogSchema.Field(names[0])!) with { Names = names };
        }

        if (SpanLogSchema.AttributeWords.TryGetValue(name, out var attribute))
        {
            return new(["attribute." + attribute], false);
        }

        if (SpanLogSchema.Field(name) is { } field)
        {
            return Of(field);
        }

        if (BuiltIn.Contains(name) || name.StartsWith("__tag__:", StringComparison.Ordinal) || name.StartsWith("resource.", StringComparison.Ordinal))
        {
            return new([name], false);
        }

        if (name.StartsWith("attribute.", StringComparison.Ordinal))
        {
            return new([name], SpanLogSchema.IsNumericAttribute(name["attribute.".Length..]), IsWholeNumber: true);
        }

        // gen_ai.request.model, http.route: a name of OpenTelemetry, of the span or of its resource.
        if (name.Contains('.', StringComparison.Ordinal) && !name.StartsWith('.') && !name.EndsWith('.'))
        {
            return SpanLogSchema.IsNumericAttribute(name)
                ? new(["attribute." + name], true, IsWholeNumber: true)
                : new(["attribute." + name, "resource." + name], false);
        }

        throw Unknown(name, position);
    }

    /// <summary>The condition on each name.</summary>
    /// <param name="rest">What follows a name: operator and value, safe to write.</param>
    public string Written(string rest)
    {
        var written = Names.Select(name => SlsQueryBuilder.Name(name) + rest);
        return Names.Count == 1 ? written.First() : $"({string.Join(" or ", written)})";
    }

    /// <summary>A number, or a duration with a unit where the field is one, in the field's own unit.</summary>
    /// <exception cref="QueryException">It is neither.</exception>
    public string Number(string text, int position)
    {
        if (Parsed(text) is { } plain)
        {
            return Write(plain);
        }

        if (Unit != FieldUnit.None)
        {
            // The longest suffix first: 5ms ends in s as well.
            foreach (var (suffix, microseconds) in Units.OrderByDescending(unit => unit.Suffix.Length))
            {
                if (text.EndsWith(suffix, StringComparison.OrdinalIgnoreCase) && Parsed(text[..^suffix.Length]) is { } amount)
                {
                    return Write(amount * microseconds / (Unit == FieldUnit.Milliseconds ? 1e3 : 1));
                }
            }

            throw new QueryException($"'{text}' is no duration: write 300ms, 5s, 2m or 1h.", position);
        }

        throw text.Length == 0 ? new QueryException($"A number is missing here.", position) : new QueryException($"'{text}' is no number.", position);
    }

    /// <summary>Null when it is no number, or one too large.</summary>
    public static double? Parsed(string text) =>
        double.TryParse(
            text,
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture,
            out var number
        )
        && double.IsFinite(number)
        && Math.Abs(number) < 1e18
            ? number
            : null;

    private static QueryField Of(SpanLogField field) => new([field.Name], field.IsNumber, field.Unit, field.Type == FieldType.Long);

    private string Write(double number)
    {
        // 1.5ms is 1500.0000000000002 µs in binary: a whole number that is not quite one is meant to be one.
        var whole = Math.Round(number);
        return IsWholeNumber && Math.Abs(number - whole) < 1e-6 * Math.Max(1, Math.Abs(number))
            ? whole.ToString("0", CultureInfo.InvariantCulture)
            : number.ToString("0.################", CultureInfo.InvariantCulture);
    }

    private static QueryException Unknown(string name, int position)
    {
        var known = SpanLogSchema
            .Words.Keys.Concat(SpanLogSchema.AttributeWords.Keys)
            .Concat(SpanLogSchema.Fields.Select(field => field.Name))
            .Distinct(StringComparer.OrdinalIgnoreCase);
        var close = known
            .Select(word => (Word: word, Distance: Distance(word.ToLowerInvariant(), name.ToLowerInvariant())))
            .Where(candidate =>
                candidate.Distance <= Math.Max(1, name.Length / 3)
                || (name.Length >= 3 && candidate.Word.StartsWith(name, StringComparison.OrdinalIgnoreCase))
            )
            .OrderBy(candidate => candidate.Distance)
            .Select(candidate => candidate.Word)
            .Take(3)
            .ToList();
        return close.Count > 0
            ? new QueryException($"There is no field '{name}'. Did you mean {string.Join(", ", close)}?", position)
            : new QueryException($"There is no field '{name}'. To look for text with a colon or a comparison sign, put it in quotes.", position);
    }

    /// <summary>Edits between two words (Levenshtein).</summary>
    private static int Distance(string a, string b)
    {
        if (b.Length > 64)
        {
            return int.MaxValue;
        }

        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
            }
        }

        return row[b.Length];
    }
}
