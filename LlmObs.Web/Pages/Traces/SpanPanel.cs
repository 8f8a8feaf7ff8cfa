using System.Collections.ObjectModel;
using System.Text.Json;
using LlmObs.Domain;
using LlmObs.Domain.Scores;
using LlmObs.Domain.Spans;
using LlmObs.Web.Rendering.Sql;

namespace LlmObs.Web.Pages.Traces;

/// <summary>The selected span as the panel shows it.</summary>
/// <param name="Path">Names of the spans above it, nearest last.</param>
/// <param name="TraceStartNano">Times of events are said from here.</param>
public sealed record SpanPanel(SpanRecord Record, TraceAddress Address, IReadOnlyList<string> Path, long TraceStartNano)
{
    public Span Span => Record.Span;
    public SpanContent Content => Record.Content;

    /// <summary>By field: the parts of texts too long for a page that stand in the record instead of them.</summary>
    public IReadOnlyDictionary<string, TextPart> LongTexts { get; init; } = ReadOnlyDictionary<string, TextPart>.Empty;

    /// <summary>Characters of a value, also of one of which only a part is here.</summary>
    public int CharsOf(string field, string text) => LongTexts.GetValueOrDefault(field)?.Chars ?? text.Length;

    /// <summary>Judgements of this span, newest first.</summary>
    public IReadOnlyList<Score> Scores { get; init; } = [];

    /// <summary>Images and files that were taken out of what it said.</summary>
    public IReadOnlyList<MediaReference> Media => field ??= MediaReference.In(Content);

    /// <summary>The call before it that used the same prompt; set only where a value is compared with it.</summary>
    public PreviousCall? Previous { get; init; }

    /// <summary>The database this step spoke to, as people write its name; null when it was none we know.</summary>
    public string? Dialect =>
        field ??=
            Content.Attributes.Text?.Contains("\"db.system", StringComparison.Ordinal) == true
                ? SqlDialects.Name(Attributes.FirstOrDefault(attribute => attribute.Name is "db.system.name" or "db.system").Value)
                : null;

    /// <summary>Ingest cut a value at its limit; the notes say which.</summary>
    public bool IsCutByUs => Content.Notes.Any(note => note.Contains("Ingest:MaxAttributeBytes", StringComparison.Ordinal));

    public bool IsFailed => Span.Status == SpanStatus.Error;
    public bool IsRaw => Address.View == "raw";

    public IReadOnlyList<MessageCard> Cards { get; } = MessageCard.From(Record.Content.Messages);

    // Read only where they are shown: a prompt of megabytes is in the attributes a second time.
    public IReadOnlyList<(string Name, string Value)> Attributes => field ??= Members(Content.Attributes);
    public IReadOnlyList<(string Name, string Value)> Resource => field ??= Members(Content.Resource);

    /// <summary>How many attributes the span and its resource have; null when they were too long to be read along.</summary>
    public int? AttributeCount => LacksAttributes ? null : Count(Content.Attributes) + Count(Content.Resource);

    /// <summary>The attributes are read only where they are shown: they are many megabytes.</summary>
    public bool LacksAttributes { get; init; }

    public IReadOnlyList<(string Name, string Value)> Parameters { get; } = Members(Record.Content.Parameters);

    /// <summary>The tokens of a card, where they are known: what a model wrote, when it is all in one card.</summary>
    public long? TokensOf(MessageCard card) =>
        card.Style == "assistant" && card.IsOutput && Cards.Count(other => other.IsOutput) == 1 ? Span.Usage?.OutputTokens : null;

    /// <summary>What the step was given and gave, when it was no conversation; the messages hold it otherwise.</summary>
    public IReadOnlyList<PanelValue> Values { get; } = ValuesOf(Record);

    /// <summary>The exception as OpenTelemetry records it; null when the span carries none.</summary>
    public SpanException? Exception { get; } = SpanException.Of(Record.Content.Events);

    /// <summary>A line that says what failed.</summary>
    public string ErrorText => Span.StatusMessage is { Length: > 0 } message ? message : Exception?.Message ?? Span.ErrorType ?? "";

    /// <summary>The members of a flat JSON object, strings without their quotes.</summary>
    public static IReadOnlyList<(string Name, string Value)> Members(JsonText json)
    {
        try
        {
            using var document = json.Parse();
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? [.. document.RootElement.EnumerateObject().Select(member => (member.Name, Text(member.Value)))]
                : [];
        }
        catch (JsonException)
        {
            // A writer older than the contract; the raw value is still there.
            return [];
        }
    }

    private static int Count(JsonText json)
    {
        try
        {
            using var document = json.Parse();
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.GetPropertyCount() : 0;
        }
        catch (JsonException)
        {
            return 0;
        }
    }

    /// <summary>The tool a tool span ran; null on other kinds.</summary>
    public static Tool? RanTool(SpanRecord record) => record is { Span.Kind: SpanKind.Tool, Content.Tools: [var tool, ..] } ? tool : null;

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    /// <summary>What a step was given and gave, apart from messages.</summary>
    public static IReadOnlyList<PanelValue> ValuesOf(SpanRecord record)
    {
        var (span, content) = record;
        var values = new List<PanelValue>();
        var hasInput = content.Messages.Any(message => message.Direction is "input" or "system");
        var hasOutput = content.Messages.Any(message => message.Direction == "output");
        var ran = RanTool(record);
        var input = content.Input ?? (ran is { Arguments.IsNull: false } ? ran.Arguments.ToString() : null);
        if (!hasInput && input is { Length: > 0 } && input != content.RetrievalQuery)
        {
            values.Add(new("input", "input", input));
        }

        if (content.RetrievalQuery is { Length: > 0 } query)
        {
            values.Add(new("query", "query", query));
        }

        // Documents are shown as cards; the output that repeats them as JSON is left to the raw view.
        if (!hasOutput && (content.Output ?? ran?.Result) is { Length: > 0 } output && content.Documents.Count == 0)
        {
            values.Add(new("output", "output", output));
        }

        return values;
    }
}

/// <summary>A value with its name on the page and its field in the raw address.</summary>
public sealed record PanelValue(string Label, string Field, string Text);

/// <summary>An <c>exception</c> event.</summary>
public sealed record SpanException(string? Type, string? Message, string? StackTrace)
{
    public static SpanException? Of(IReadOnlyList<SpanEvent> events)
    {
        if (events.LastOrDefault(e => e.Name == "exception") is not { } found)
        {
            return null;
        }

        var members = SpanPanel.Members(found.Attributes);
        return new(Value("exception.type"), Value("exception.message"), Value("exception.stacktrace"));

        string? Value(string name) => members.FirstOrDefault(member => member.Name == name).Value;
    }
}
