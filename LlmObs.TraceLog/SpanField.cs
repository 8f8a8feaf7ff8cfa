using LlmObs.Sls;

namespace LlmObs.TraceLog;

/// <summary>What a field holds, as far as somebody who writes a query needs to know.</summary>
public enum SpanFieldType
{
    /// <summary>A value of a small set or an id: can be counted and grouped by.</summary>
    Value,

    /// <summary>Words to look for.</summary>
    Text,
    Number,

    /// <summary>Written with a unit: 300ms, 5s, 2m, 1h.</summary>
    Duration,

    /// <summary>What a sender put there, by the name that it has in OpenTelemetry: <c>attribute.…</c>, <c>resource.…</c>, <c>http.route</c>, <c>node</c>.</summary>
    Attribute,

    /// <summary>What was said of a step, a trace or more: a word, true or false, or a number to compare.</summary>
    Score,
}

/// <summary>A field that people name in the query line.</summary>
/// <param name="Name">As it is written there.</param>
public sealed record SpanField(string Name, SpanFieldType Type)
{
    private const int LongestAttribute = 128;
    private static readonly string[] Contents = ["input", "output", "documents", "tools"];

    /// <summary>Every field worth offering, the commonest first. Attributes have any name, and are not among them.</summary>
    public static readonly IReadOnlyList<SpanField> All =
    [
        new("status", SpanFieldType.Value),
        new("service", SpanFieldType.Value),
        new("kind", SpanFieldType.Value),
        new("name", SpanFieldType.Value),
        new("model", SpanFieldType.Value),
        new("duration", SpanFieldType.Duration),
        new("user", SpanFieldType.Value),
        new("session", SpanFieldType.Value),
        new("request", SpanFieldType.Value),
        new("question", SpanFieldType.Text),
        new("input", SpanFieldType.Text),
        new("output", SpanFieldType.Text),
        new("error", SpanFieldType.Value),
        new("tags", SpanFieldType.Value),
        new("environment", SpanFieldType.Value),
        new("release", SpanFieldType.Value),
        new("serviceVersion", SpanFieldType.Value),
        new("workflow", SpanFieldType.Value),
        new("agent", SpanFieldType.Value),
        new("promptName", SpanFieldType.Value),
        new("promptVersion", SpanFieldType.Value),
        new("provider", SpanFieldType.Value),
        new("operation", SpanFieldType.Value),
        new("finishReason", SpanFieldType.Value),
        new("tokens", SpanFieldType.Number),
        new("input_tokens", SpanFieldType.Number),
        new("output_tokens", SpanFieldType.Number),
        new("cost", SpanFieldType.Number),
        new("ttft", SpanFieldType.Duration),
        new("statusMessage", SpanFieldType.Text),
        new("documents", SpanFieldType.Text),
        new("tools", SpanFieldType.Text),
        new("trace", SpanFieldType.Text),
        new("span", SpanFieldType.Text),
        new("host", SpanFieldType.Value),
    ];

    /// <summary>Its values are counted beside the results, and offered to who writes.</summary>
    public bool HasFacet => Type == SpanFieldType.Value;

    /// <summary>All but contents, of which hardly two are the same, and scores, which are not in the log.</summary>
    public bool CanGroup => Type != SpanFieldType.Score && !Contents.Contains(Name);

    /// <summary>The field of that name, <c>env</c> for environment included, or the attribute; null when it is neither.</summary>
    public static SpanField? Find(string? name) =>
        name is null ? null
        : All.FirstOrDefault(field => field.Name.Equals(Is(name, "env") ? "environment" : name, StringComparison.OrdinalIgnoreCase)) is { } known
            ? known
        : IsAttribute(name) ? new(name, SpanFieldType.Attribute)
        : null;

    /// <summary>A span may have several values, each of which is a row in an analysis.</summary>
    internal bool HasRowsOfItsOwn => Name == "tags";

    /// <summary>Where the values are read from in an analysis: the column, and what makes its rows behind a table of logs.</summary>
    internal (string Column, string Rows) Source =>
        HasRowsOfItsOwn
            ? ("tag", "cross join unnest(array_distinct(try(cast(json_parse(\"tags\") as array(varchar))))) as each_tag(tag)")
            : (Column, "");

    private string Column =>
        Type switch
        {
            SpanFieldType.Attribute => AttributeColumn,
            SpanFieldType.Number or SpanFieldType.Duration => $"cast({LogColumn} as varchar)",
            _ => LogColumn,
        };

    private string LogColumn => SlsSql.Column(SpanLogSchema.Words.TryGetValue(Name, out var names) ? names[0] : Name);

    // In the places where the query line finds it: a name of OpenTelemetry may be one of the span or of its resource.
    private string AttributeColumn => QueryField.Resolve(Name, 0).Names.Select(Member).Aggregate((first, other) => $"coalesce({first}, {other})");

    /// <exception cref="ArgumentOutOfRangeException">No such field, or one that cannot be grouped by.</exception>
    internal static SpanField Groupable(string name) =>
        Find(name) is { CanGroup: true } field
            ? field
            : throw new ArgumentOutOfRangeException(nameof(name), name, "There is no field of that name to group by.");

    private static string Member(string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return $"json_extract_scalar({SlsSql.Column(name[..dot])}, {SlsSql.Text($"$[\"{name[(dot + 1)..]}\"]")})";
    }

    // Of a path in JSON that has other characters it is not certain what it means.
    private static bool IsAttribute(string name) =>
        SpanLogSchema.AttributeWords.ContainsKey(name)
        || (
            name.Length <= LongestAttribute
            && SpanLogSchema.Field(name) is null
            && name.Contains('.', StringComparison.Ordinal)
            && !name.StartsWith("score.", StringComparison.OrdinalIgnoreCase)
            && !name.StartsWith('.')
            && !name.EndsWith('.')
            && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-' or '/')
        );

    private static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);
}
