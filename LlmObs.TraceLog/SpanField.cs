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

    /// <summary>What was said of a step, a trace or more: a word, true or false, or a number to compare.</summary>
    Score,
}

/// <summary>A field that people name in the query line.</summary>
/// <param name="Name">As it is written there.</param>
public sealed record SpanField(string Name, SpanFieldType Type)
{
    /// <summary>Every field worth offering, the commonest first. The query line knows others too: <c>attribute.…</c>, names of OpenTelemetry.</summary>
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

    public bool CanGroup => Type == SpanFieldType.Value;

    /// <summary>The field of that name, <c>env</c> for environment included; null when none is offered.</summary>
    public static SpanField? Find(string? name) =>
        name?.ToLowerInvariant() is { } lower
            ? All.FirstOrDefault(field => field.Name.Equals(lower is "env" ? "environment" : lower, StringComparison.OrdinalIgnoreCase))
            : null;

    /// <summary>A span may have several values, each of which is a row in an analysis.</summary>
    internal bool HasRowsOfItsOwn => Name == "tags";

    /// <summary>Where the values are read from in an analysis: the column, and what makes its rows behind a table of logs.</summary>
    internal (string Column, string Rows) Source =>
        HasRowsOfItsOwn
            ? ("tag", "cross join unnest(array_distinct(try(cast(json_parse(\"tags\") as array(varchar))))) as each_tag(tag)")
            : (Sls.SlsSql.Column(SpanLogSchema.Words.TryGetValue(Name, out var names) ? names[0] : Name), "");

    /// <exception cref="ArgumentOutOfRangeException">No such field, or one that cannot be grouped by.</exception>
    internal static SpanField Groupable(string name) =>
        Find(name) is { CanGroup: true } field
            ? field
            : throw new ArgumentOutOfRangeException(nameof(name), name, "There is no field of that name to group by.");
}
