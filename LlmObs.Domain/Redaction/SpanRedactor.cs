using LlmObs.Domain.Scores;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Updates;

namespace LlmObs.Domain.Redaction;

/// <summary>Something a rule found: in which field, not what.</summary>
public sealed record RedactionFind(string Rule, string Field);

/// <summary>People's words in a field of <see cref="UpdatedFields"/>.</summary>
/// <param name="Label">What the field is called where finds are counted.</param>
/// <param name="NameFrom">Where in its name words of the sender begin, as a tag or a key of metadata; the name's length when none do.</param>
/// <param name="IsId">A session or a user.</param>
public readonly record struct FieldWords(string Label, int NameFrom, bool IsId = false);

/// <summary>Redacts every text of a span: what is not named here is an id, a number, or a word of ours.</summary>
/// <param name="withIds">Session and user ids as well; without it people stay findable by them.</param>
public sealed class SpanRedactor(TextRedactor redactor, bool withIds)
{
    /// <summary>The record as it may be stored, and what was found in it; the same record when nothing was.</summary>
    public (SpanRecord Record, IReadOnlyList<RedactionFind> Finds) Redact(SpanRecord record)
    {
        var at = new Fields(redactor);
        var (span, content) = record;
        var cleanSpan = span with
        {
            Name = at.Text("name", span.Name),
            RawName = at.Text("name", span.RawName),
            StatusMessage = at.Optional("status message", span.StatusMessage),
            ErrorType = at.Optional("error type", span.ErrorType),
            Question = at.Optional("question", span.Question),
            Tags = Fields.Each("tags", span.Tags, (field, tag) => at.Text(field, tag)),
            WorkflowName = at.Optional("workflow", span.WorkflowName),
            AgentName = at.Optional("agent", span.AgentName),
            RequestId = withIds ? at.Optional("request id", span.RequestId) : span.RequestId,
            SessionId = withIds ? at.Optional("session", span.SessionId) : span.SessionId,
            UserId = withIds ? at.Optional("user", span.UserId) : span.UserId,
        };
        var cleanContent = content with
        {
            Input = at.Optional("input", content.Input),
            Output = at.Optional("output", content.Output),
            Messages = Fields.Each("messages", content.Messages, at.Message),
            RetrievalQuery = at.Optional("retrieval query", content.RetrievalQuery),
            Documents = Fields.Each("documents", content.Documents, at.Document),
            Tools = Fields.Each("tools", content.Tools, at.Tool),
            Parameters = at.Json("parameters", content.Parameters),
            Prompt = content.Prompt is { } prompt
                ? new(at.Optional("prompt template", prompt.Template)) { Variables = at.Json("prompt variables", prompt.Variables) }
                : null,
            Events = Fields.Each("events", content.Events, at.Event),
            Links = Fields.Each("links", content.Links, (field, link) => link with { Attributes = at.Json(field, link.Attributes) }),
            Attributes = at.Json("attributes", content.Attributes),
            Resource = at.Json("resource", content.Resource),
            TraceState = at.Optional("trace state", content.TraceState),
        };
        return at.Finds.Count == 0 ? (record, []) : (record with { Span = cleanSpan, Content = cleanContent }, at.Finds);
    }

    public (LateContent Content, IReadOnlyList<RedactionFind> Finds) Redact(LateContent late)
    {
        var at = new Fields(redactor);
        var clean = late with
        {
            Event = at.Event("event", late.Event),
            Messages = Fields.Each("messages", late.Messages, at.Message),
            Tools = Fields.Each("tools", late.Tools, at.Tool),
            ErrorType = at.Optional("error type", late.ErrorType),
            ErrorMessage = at.Optional("error message", late.ErrorMessage),
        };
        return at.Finds.Count == 0 ? (late, []) : (clean, at.Finds);
    }

    /// <summary>What events say of a span, before it is one.</summary>
    /// <param name="wordsOf">Tells by a field's name where people's words may stand in it; null for ids, times and numbers.</param>
    public (UpdatedFields Update, IReadOnlyList<RedactionFind> Finds) Redact(UpdatedFields update, Func<string, FieldWords?> wordsOf)
    {
        var at = new Fields(redactor);
        var fields = update.Fields.Select(Clean).ToList();
        return at.Finds.Count == 0 ? (update, []) : (update with { Fields = fields }, at.Finds);

        UpdatedField Clean(UpdatedField field) =>
            wordsOf(field.Name) is { } words && (withIds || !words.IsId)
                ? field with
                {
                    Name = field.Name[..words.NameFrom] + at.Text(words.Label, field.Name[words.NameFrom..]),
                    Value = at.Json(words.Label, field.Value),
                }
                : field;
    }

    public (Score Score, IReadOnlyList<RedactionFind> Finds) Redact(Score score)
    {
        var at = new Fields(redactor);
        var clean = score with
        {
            Label = at.Optional("score", score.Label),
            Comment = at.Optional("score", score.Comment),
            Metadata = at.Json("score", score.Metadata),
        };
        return at.Finds.Count == 0 ? (score, []) : (clean, at.Finds);
    }

    private sealed class Fields(TextRedactor redactor)
    {
        public List<RedactionFind> Finds { get; } = [];

        public string Text(string field, string text) => redactor.Text(text, rule => Finds.Add(new(rule, field)));

        public string? Optional(string field, string? text) => text is null ? null : Text(field, text);

        public JsonText Json(string field, JsonText json) => redactor.Json(json, rule => Finds.Add(new(rule, field)));

        public static IReadOnlyList<T> Each<T>(string field, IReadOnlyList<T> items, Func<string, T, T> clean) =>
            items.Count == 0 ? items : [.. items.Select(item => clean(field, item))];

        public Message Message(string field, Message message) =>
            message with
            {
                Name = Optional(field, message.Name),
                Parts = Each(
                    field,
                    message.Parts,
                    (_, part) =>
                        part with
                        {
                            Content = Optional(field, part.Content),
                            Name = Optional(field, part.Name),
                            Uri = Optional(field, part.Uri),
                            Arguments = Json(field, part.Arguments),
                            Raw = Json(field, part.Raw),
                        }
                ),
            };

        public RetrievedDocument Document(string field, RetrievedDocument document) =>
            document with
            {
                Title = Optional(field, document.Title),
                Content = Optional(field, document.Content),
                Metadata = Json(field, document.Metadata),
            };

        public Tool Tool(string field, Tool tool) =>
            tool with
            {
                Description = Optional(field, tool.Description),
                Result = Optional(field, tool.Result),
                Parameters = Json(field, tool.Parameters),
                Arguments = Json(field, tool.Arguments),
            };

        public SpanEvent Event(string field, SpanEvent e) => e with { Name = Text(field, e.Name), Attributes = Json(field, e.Attributes) };
    }
}
