using System.Text.Json.Serialization;

namespace LlmObs.Domain.Spans;

/// <summary>One message of a conversation with a model, in the one form every dialect is brought to.</summary>
/// <param name="Direction"><c>system</c> for separate system instructions, <c>input</c>, or <c>output</c>.</param>
/// <param name="Role">system, user, assistant, tool, developer, or what the sender wrote.</param>
public sealed record Message(string Direction, string Role, IReadOnlyList<MessagePart> Parts, string? Name = null, string? FinishReason = null);

// JsonText members are init properties: a struct as the default of a constructor's parameter has no JSON schema, and the API's document needs one.

/// <summary>
/// A part of a message. <paramref name="Type"/> says which members are set: <c>text</c> and <c>reasoning</c> have content;
/// <c>tool_call</c> id, name, arguments; <c>tool_result</c> id, name, content; <c>media</c> modality, mimeType, uri or fileId; <c>other</c> raw.
/// </summary>
public sealed record MessagePart(
    string Type,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Content = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Id = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Modality = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? MimeType = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Uri = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? FileId = null
)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public JsonText Arguments { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public JsonText Raw { get; init; }

    public static MessagePart Text(string content) => new("text", content);

    public static MessagePart Reasoning(string content) => new("reasoning", content);

    public static MessagePart ToolCall(string? id, string? name, JsonText arguments) =>
        new("tool_call", Id: id, Name: name) { Arguments = arguments };

    public static MessagePart ToolResult(string? id, string? name, string? content) => new("tool_result", content, id, name);
}

/// <summary>A tool: offered to a model (description, parameters), or run by a tool span (callId, arguments, result).</summary>
public sealed record Tool(string Name, string? Type = null, string? Description = null, string? CallId = null, string? Result = null)
{
    /// <summary>The JSON schema a model was given.</summary>
    public JsonText Parameters { get; init; }

    public JsonText Arguments { get; init; }
}

/// <summary>A document a retriever or reranker returned.</summary>
public sealed record RetrievedDocument(string? Id, double? Score, string? Title, string? Content)
{
    public JsonText Metadata { get; init; }
}

/// <summary>A prompt before its variables were filled in.</summary>
/// <param name="Template">Null when only the variables were sent.</param>
public sealed record PromptTemplate(string? Template)
{
    /// <summary>What was filled in, one flat JSON object.</summary>
    public JsonText Variables { get; init; }
}

/// <summary>Something that happened during a span.</summary>
/// <param name="TimeUnixNano">Nanoseconds since 1970.</param>
/// <param name="Attributes">A flat JSON object.</param>
public sealed record SpanEvent(string Name, long TimeUnixNano, JsonText Attributes);

/// <summary>A pointer to another span.</summary>
public sealed record SpanLink(string TraceId, string SpanId, JsonText Attributes);
