using LlmObs.Domain.Spans;
using LlmObs.Domain.Updates;

namespace LlmObs.Domain.Redaction;

/// <summary>Something a rule found: in which field, not what.</summary>
public sealed record RedactionFind(string Rule, string Field);

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
    /// <param name="isText">Tells by a field's name whether people's words may stand in it: the others are ids, times and numbers.</param>
    public (UpdatedFields Update, IReadOnlyList<RedactionFind> Finds) Redact(UpdatedFields update, Func<string, bool> isText)
    {
        var at = new Fields(redactor);
        var fields = update
            .Fields.Select(field => isText(field.Name) ? field with { Value = at.Json(field.Name.Split('\u001f')[0], field.Value) } : field)
            .ToList();
        return at.Finds.Count == 0 ? (update, []) : (update with { Fields = fields }, at.Finds);
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
