using System.Text.Json.Nodes;

namespace LlmObs.SqlCopilot.Scripted;

/// <summary>A finished answer, before it is written whole or in parts.</summary>
internal sealed record ScriptedCompletion(
    string Id,
    long Created,
    string Text,
    string? ToolCall,
    string FinishReason,
    int InputTokens,
    int OutputTokens
);

/// <summary>OpenAI's chat completion format, as far as the copilot uses it.</summary>
internal static class ScriptedWire
{
    private const int ChunkLength = 16;

    /// <exception cref="FormatException">There are no messages.</exception>
    public static ScriptedRequest Read(JsonNode? body)
    {
        if (body?["messages"] is not JsonArray { Count: > 0 } messages)
        {
            throw new FormatException("'messages' must be a non-empty array.");
        }

        return new(
            [.. messages.Select(message => new ScriptedMessage((string?)message?["role"] ?? "", Text(message?["content"])))],
            body["tools"] is JsonArray { Count: > 0 },
            (int?)(body["max_completion_tokens"] ?? body["max_tokens"]),
            (bool?)body["stream"] ?? false,
            (bool?)body["stream_options"]?["include_usage"] ?? false
        );
    }

    public static ScriptedCompletion Complete(ScriptedRequest request, ScriptedReply reply, DateTimeOffset now)
    {
        var text = request.MaxTokens is { } limit ? ScriptedTokens.Cut(reply.Text, limit) : reply.Text;
        var finish =
            reply.ToolCall is not null ? "tool_calls"
            : text.Length < reply.Text.Length ? "length"
            : "stop";
        return new(
            $"chatcmpl-{Guid.CreateVersion7(now):N}",
            now.ToUnixTimeSeconds(),
            text,
            reply.ToolCall,
            finish,
            request.Messages.Sum(message => ScriptedTokens.Count(message.Content) + 4),
            ScriptedTokens.Count(text + reply.ToolCall)
        );
    }

    public static JsonObject Whole(ScriptedCompletion completion) =>
        new()
        {
            ["id"] = completion.Id,
            ["object"] = "chat.completion",
            ["created"] = completion.Created,
            ["model"] = ScriptedModel.Name,
            ["choices"] = new JsonArray(
                new JsonObject
                {
                    ["index"] = 0,
                    ["message"] = completion.ToolCall is null
                        ? new JsonObject { ["role"] = "assistant", ["content"] = completion.Text }
                        : new JsonObject
                        {
                            ["role"] = "assistant",
                            ["content"] = null,
                            ["tool_calls"] = ToolCalls(completion),
                        },
                    ["finish_reason"] = completion.FinishReason,
                }
            ),
            ["usage"] = Usage(completion),
        };

    public static IEnumerable<JsonObject> Chunks(ScriptedCompletion completion, bool withUsage)
    {
        yield return Chunk(completion, new() { ["role"] = "assistant", ["content"] = "" });
        if (completion.ToolCall is not null)
        {
            yield return Chunk(completion, new() { ["tool_calls"] = ToolCalls(completion) });
        }

        for (var at = 0; at < completion.Text.Length; )
        {
            var end = Math.Min(at + ChunkLength, completion.Text.Length);
            end += end < completion.Text.Length && char.IsHighSurrogate(completion.Text[end - 1]) ? 1 : 0;
            yield return Chunk(completion, new() { ["content"] = completion.Text[at..end] });
            at = end;
        }

        yield return Chunk(completion, [], completion.FinishReason);
        if (withUsage)
        {
            var last = Chunk(completion, []);
            last["choices"] = new JsonArray();
            last["usage"] = Usage(completion);
            yield return last;
        }
    }

    private static JsonObject Chunk(ScriptedCompletion completion, JsonObject delta, string? finish = null) =>
        new()
        {
            ["id"] = completion.Id,
            ["object"] = "chat.completion.chunk",
            ["created"] = completion.Created,
            ["model"] = ScriptedModel.Name,
            ["choices"] = new JsonArray(
                new JsonObject
                {
                    ["index"] = 0,
                    ["delta"] = delta,
                    ["finish_reason"] = finish,
                }
            ),
        };

    private static JsonArray ToolCalls(ScriptedCompletion completion) =>
        new(
            new JsonObject
            {
                ["index"] = 0,
                ["id"] = "call_" + completion.Id[^12..],
                ["type"] = "function",
                ["function"] = new JsonObject { ["name"] = "get_table_schema", ["arguments"] = completion.ToolCall },
            }
        );

    private static JsonObject Usage(ScriptedCompletion completion) =>
        new()
        {
            ["prompt_tokens"] = completion.InputTokens,
            ["completion_tokens"] = completion.OutputTokens,
            ["total_tokens"] = completion.InputTokens + completion.OutputTokens,
        };

    /// <summary>Content is a text, or a list of parts of which the text ones are joined.</summary>
    private static string Text(JsonNode? content) =>
        content switch
        {
            JsonValue value => value.ToString(),
            JsonArray parts => string.Concat(parts.Select(part => (string?)part?["text"])),
            _ => "",
        };
}
