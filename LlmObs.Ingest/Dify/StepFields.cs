using System.Globalization;
using System.Text.Json;
using LlmObs.Domain;
using LlmObs.Domain.Dify;
using LlmObs.Domain.Redaction;
using LlmObs.Domain.Updates;

namespace LlmObs.Ingest.Dify;

/// <summary>
/// What one source says of one step of Dify's, as fields that merge with what the others say: of each the value of the source that knows it best.
/// Attributes bear the names they have on the span.
/// </summary>
internal sealed class StepFields(string traceId, string spanId, UpdateRank rank)
{
    private readonly List<UpdatedField> fields = [];

    public string SpanId => spanId;

    /// <summary>A trace provider's word: it counts where nobody who reads the rows themselves says anything.</summary>
    public static UpdateRank Told(long unixMicros, string eventId) => new(IsUpdate: false, unixMicros, eventId);

    /// <summary>A row's word. Of two states of a row the later counts.</summary>
    public static UpdateRank Read(DateTimeOffset changedAt) => new(IsUpdate: true, Micros(changedAt), "");

    /// <summary>Better than nothing: what another row lets expect, or a value that was cut.</summary>
    public static readonly UpdateRank Guessed = new(IsUpdate: false, 0, "");

    /// <summary>Worked out from several rows: better than a guess, and given way to whoever was told.</summary>
    public static readonly UpdateRank Inferred = new(IsUpdate: false, 1, "");

    public StepFields Named(string? name) => Text(StepNames.Name, name);

    /// <summary>A name for want of a better one.</summary>
    public StepFields OrNamed(string name) => Guess(StepNames.Name, name);

    /// <param name="parentSpanId">In the same trace; null says nothing.</param>
    public StepFields Under(string? parentSpanId) => Text(StepNames.Parent, parentSpanId);

    /// <summary>The place of a step whose rounds or run others may know better.</summary>
    public StepFields OrUnder(string? parentSpanId) => Guess(StepNames.Parent, parentSpanId);

    public StepFields Lasting(DateTimeOffset start, DateTimeOffset? end)
    {
        Add(StepNames.Start, Json(Micros(start)));
        if (end is { } at)
        {
            Add(StepNames.End, Json(Micros(at < start ? start : at)));
        }

        return this;
    }

    /// <summary>It lasted at least so long: a step that nobody tells the times of lasts as long as what it holds.</summary>
    public StepFields Holding(DateTimeOffset start, DateTimeOffset end)
    {
        fields.Add(new(StepNames.FirstStart, KeepsFirst: true, new(false, Micros(start), ""), Json(Micros(start))));
        fields.Add(new(StepNames.LastEnd, KeepsFirst: false, new(false, Micros(end), ""), Json(Micros(end))));
        return this;
    }

    public StepFields Ended(string status, string? error)
    {
        var isError = status is "failed" or "exception" or "retry" or "error";
        Add(
            StepNames.Status,
            Json(
                isError ? "error"
                : status is "succeeded" or "partial-succeeded" or "normal" ? "ok"
                : "unset"
            )
        );
        return isError ? Text(StepNames.Message, error) : this;
    }

    public StepFields Attribute(string name, string? value) => Text(StepNames.Attribute + name, value);

    public StepFields Attribute(string name, Guid? id) => Attribute(name, id?.ToString());

    public StepFields Attribute(string name, decimal? number)
    {
        if (number is { } value)
        {
            Add(StepNames.Attribute + name, new(value.ToString(CultureInfo.InvariantCulture)));
        }

        return this;
    }

    /// <summary>A value that others may know better, because it is cut or made up: it counts where nobody else says one.</summary>
    public StepFields GuessedAttribute(string name, string? value) => Guess(StepNames.Attribute + name, value);

    /// <summary>Goes on with what several kinds of steps have in common.</summary>
    public StepFields With(Action<StepFields> more)
    {
        more(this);
        return this;
    }

    public UpdatedFields Build(bool isComplete = true) =>
        new(traceId, spanId, [.. fields.GroupBy(field => field.Name).Select(same => same.Last())], isComplete);

    private StepFields Guess(string field, string? value)
    {
        if (value is { Length: > 0 } && !fields.Any(said => said.Name == field))
        {
            fields.Add(new(field, KeepsFirst: false, Guessed, Json(value)));
        }

        return this;
    }

    private StepFields Text(string field, string? value)
    {
        if (value is { Length: > 0 })
        {
            Add(field, Json(value));
        }

        return this;
    }

    private void Add(string name, JsonText value) => fields.Add(new(name, KeepsFirst: false, rank, value));

    private static JsonText Json(string text) => new(JsonSerializer.Serialize(text, Readable));

    private static JsonText Json(long number) => new(number.ToString(CultureInfo.InvariantCulture));

    private static long Micros(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / 10;

    private static readonly JsonSerializerOptions Readable = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}

/// <summary>Names of the fields of a step.</summary>
internal static class StepNames
{
    public const string Name = "step.name";
    public const string Parent = "step.parent";
    public const string Start = "step.start";
    public const string End = "step.end";
    public const string FirstStart = "step.first-start";
    public const string LastEnd = "step.last-end";
    public const string Status = "step.status";
    public const string Message = "step.message";
    public const string Attribute = "attribute.";

    private static readonly string[] Ids = ["user.id", "gen_ai.conversation.id"];

    /// <summary>True for a span that is merged from what is said of a step of Dify's.</summary>
    public static bool IsStep(UpdatedFields fields) =>
        fields.Fields.Any(field =>
            field.Name.StartsWith("step.", StringComparison.Ordinal) || field.Name.StartsWith(Attribute, StringComparison.Ordinal)
        );

    /// <summary>Where people's words may stand in a field; null for ids, times and numbers of ours.</summary>
    public static FieldWords? WordsOf(string name) =>
        name is Name or Message ? new(name == Name ? "name" : "status message", name.Length)
        : !name.StartsWith(Attribute, StringComparison.Ordinal) || DifyAttributes.AreIds(name[Attribute.Length..]) ? null
        : new("attributes", name.Length, IsId: Ids.Contains(name[Attribute.Length..]));
}
