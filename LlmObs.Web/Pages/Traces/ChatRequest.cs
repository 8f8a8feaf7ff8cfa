using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using LlmObs.Domain;
using LlmObs.Domain.Spans;

namespace LlmObs.Web.Pages.Traces;

/// <summary>
/// A model call as a request in OpenAI's chat form, rebuilt from its messages and parameters, to make again or to share.
/// Keys and headers are never in it: the command takes them from the environment.
/// </summary>
public static class ChatRequest
{
    // Only what the chat form knows: a parameter of another name may be anything, a secret too.
    private static readonly HashSet<string> Parameters = new(StringComparer.Ordinal)
    {
        "temperature",
        "top_p",
        "top_k",
        "max_tokens",
        "stop",
        "seed",
        "n",
        "frequency_penalty",
        "presence_penalty",
        "response_format",
        "tool_choice",
        "parallel_tool_calls",
        "reasoning_effort",
        "logprobs",
        "top_logprobs",
    };

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>True for spans of which a request can be made.</summary>
    public static bool IsPossible(SpanRecord record) =>
        record.Span.Kind == SpanKind.Llm && record.Content.Messages.Any(message => message.Direction is "input" or "system");

    /// <summary>A command for a shell; the body is quoted whole, so nothing in it is run.</summary>
    public static string Curl(SpanRecord record) =>
        $"""
            curl "$OPENAI_BASE_URL/chat/completions" \
              -H "Authorization: Bearer $OPENAI_API_KEY" \
              -H "Content-Type: application/json" \
              --data-binary @- <<'END'
            {Body(record).ToJsonString(Indented)}
            END

            """.ReplaceLineEndings("\n");

    /// <summary>The body of the request.</summary>
    public static JsonObject Body(SpanRecord record)
    {
        var (span, content) = record;
        var body = new JsonObject
        {
            ["model"] = span.RequestedModel ?? span.Model ?? "",
            ["messages"] = new JsonArray([.. content.Messages.Where(message => message.Direction != "output").SelectMany(MessagesOf)]),
        };
        foreach (var (name, value) in Members(content.Parameters).Where(member => Parameters.Contains(member.Key)))
        {
            body[name] = name == "response_format" && value is JsonValue word ? new JsonObject { ["type"] = word.DeepClone() } : value?.DeepClone();
        }

        if (content.Tools.Count > 0)
        {
            body["tools"] = new JsonArray([.. content.Tools.Select(ToolOf)]);
        }

        return body;
    }

    // The form wants each tool's result in a message of its own.
    private static IEnumerable<JsonNode> MessagesOf(Message message)
    {
        foreach (var result in message.Parts.Where(part => part.Type == "tool_result"))
        {
            yield return new JsonObject
            {
                ["role"] = "tool",
                ["tool_call_id"] = result.Id,
                ["content"] = result.Content ?? "",
            };
        }

        var said = message.Parts.Where(part => part.Type is "text" or "media").ToList();
        var calls = message.Parts.Where(part => part.Type == "tool_call").ToList();
        if (said.Count == 0 && calls.Count == 0)
        {
            yield break;
        }

        var written = new JsonObject { ["role"] = message.Role, ["content"] = said.Count == 0 ? null : ContentOf(said) };
        if (calls.Count > 0)
        {
            written["tool_calls"] = new JsonArray([.. calls.Select(CallOf)]);
        }

        yield return written;
    }

    private static JsonNode ContentOf(List<MessagePart> parts) =>
        parts is [{ Type: "text" } only]
            ? JsonValue.Create(only.Content ?? "")
            : new JsonArray([
                .. parts.Select(part =>
                    part.Type == "text"
                        ? new JsonObject { ["type"] = "text", ["text"] = part.Content ?? "" }
                        : new JsonObject
                        {
                            ["type"] = "image_url",
                            ["image_url"] = new JsonObject { ["url"] = part.Uri ?? part.FileId ?? "" },
                        }
                ),
            ]);

    private static JsonObject CallOf(MessagePart call) =>
        new()
        {
            ["id"] = call.Id,
            ["type"] = "function",
            ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = CardPart.TextOf(call) },
        };

    private static JsonObject ToolOf(Tool tool)
    {
        var function = new JsonObject { ["name"] = tool.Name };
        if (tool.Description is { } description)
        {
            function["description"] = description;
        }

        if (!tool.Parameters.IsNull)
        {
            function["parameters"] = Node(tool.Parameters);
        }

        return new() { ["type"] = "function", ["function"] = function };
    }

    private static JsonObject Members(JsonText json) => Node(json) as JsonObject ?? [];

    private static JsonNode? Node(JsonText json)
    {
        try
        {
            return JsonNode.Parse(json.ToString());
        }
        catch (JsonException)
        {
            // A writer older than the contract.
            return null;
        }
    }
}
