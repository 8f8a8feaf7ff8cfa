using System.Text.Json.Nodes;

namespace LlmObs.TraceLog;

/// <summary>How a field of the span log is indexed.</summary>
internal enum FieldType
{
    /// <summary>The whole value is one word: ids and closed vocabularies.</summary>
    Whole,

    /// <summary>Words, Chinese ones included.</summary>
    Words,
    Long,
    Double,
    Json,
}

/// <summary>One field of the span log.</summary>
/// <param name="Unit">What a number counts; durations can be written with a unit in the query line.</param>
internal sealed record SpanLogField(string Name, FieldType Type, FieldUnit Unit = FieldUnit.None)
{
    public bool IsNumber => Type is FieldType.Long or FieldType.Double;
}

internal enum FieldUnit
{
    None,
    Microseconds,
    Milliseconds,
}

/// <summary>The spans logstore: names, index, and the words of the query line.</summary>
/// <remarks>
/// Names follow SLS's own trace schema, so that its trace tools open the logstore; the GenAI fields beside them are promoted from attributes.
/// <see cref="SpanLog"/> writes and reads these fields, <see cref="QueryLine"/> translates to them.
/// </remarks>
public static class SpanLogSchema
{
    public const string Logstore = "llmobs-traces";

    /// <summary>The tag that carries the outbox batch's id.</summary>
    public const string BatchTag = "batch_id";

    private static readonly string[] Delimiters =
    [
        ",",
        " ",
        "'",
        "\"",
        ";",
        "=",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "?",
        "@",
        "&",
        "<",
        ">",
        "/",
        ":",
        ".",
        "|",
        "*",
        "+",
        "`",
        "#",
        "!",
        "$",
        "%",
        "^",
        "~",
        "\n",
        "\t",
        "\r",
    ];

    /// <summary>Members of <c>attribute</c> that can be compared as numbers or grouped by in SQL.</summary>
    private static readonly (string Name, string Type)[] AttributeKeys =
    [
        ("gen_ai.usage.input_tokens", "long"),
        ("gen_ai.usage.output_tokens", "long"),
        ("gen_ai.usage.total_tokens", "long"),
        ("gen_ai.request.model", "text"),
        ("gen_ai.response.model", "text"),
        ("gen_ai.span.kind", "text"),
        ("gen_ai.operation.name", "text"),
        ("gen_ai.session.id", "text"),
        ("gen_ai.user.id", "text"),
    ];

    internal static readonly IReadOnlyList<SpanLogField> Fields =
    [
        // SLS's trace schema.
        new("traceID", FieldType.Whole),
        new("spanID", FieldType.Whole),
        new("parentSpanID", FieldType.Whole),
        new("traceState", FieldType.Words),
        new("service", FieldType.Words),
        new("host", FieldType.Words),
        new("name", FieldType.Words),
        new("kind", FieldType.Whole),
        new("start", FieldType.Long),
        new("end", FieldType.Long),
        new("duration", FieldType.Long, FieldUnit.Microseconds),
        new("statusCode", FieldType.Whole),
        new("statusMessage", FieldType.Words),
        new("attribute", FieldType.Json),
        new("resource", FieldType.Json),
        new("links", FieldType.Words),
        new("logs", FieldType.Words),
        new("otlp.name", FieldType.Words),
        new("otlp.version", FieldType.Whole),
        // Ours: what the span was, in the words of the product.
        new("project", FieldType.Whole),
        new("spanKind", FieldType.Whole),
        new("status", FieldType.Whole),
        new("errorType", FieldType.Words),
        new("operation", FieldType.Words),
        new("provider", FieldType.Words),
        new("model", FieldType.Words),
        new("requestedModel", FieldType.Words),
        new("responseModel", FieldType.Words),
        new("inputTokens", FieldType.Long),
        new("outputTokens", FieldType.Long),
        new("cachedTokens", FieldType.Long),
        new("cacheWriteTokens", FieldType.Long),
        new("reasoningTokens", FieldType.Long),
        new("totalTokens", FieldType.Long),
        new("cost", FieldType.Double),
        new("inputCost", FieldType.Double),
        new("outputCost", FieldType.Double),
        new("currency", FieldType.Whole),
        new("costSource", FieldType.Whole),
        new("ttft", FieldType.Double, FieldUnit.Milliseconds),
        new("finishReason", FieldType.Words),
        new("sessionId", FieldType.Whole),
        new("userId", FieldType.Whole),
        new("requestId", FieldType.Whole),
        new("responseId", FieldType.Whole),
        new("environment", FieldType.Words),
        new("release", FieldType.Words),
        new("serviceVersion", FieldType.Words),
        new("tags", FieldType.Words),
        new("rawName", FieldType.Words),
        new("workflowName", FieldType.Words),
        new("agentName", FieldType.Words),
        new("promptName", FieldType.Words),
        new("promptVersion", FieldType.Words),
        // Ours: what it said and was told.
        new("question", FieldType.Words),
        new("prompt", FieldType.Words),
        new("input", FieldType.Words),
        new("output", FieldType.Words),
        new("tools", FieldType.Words),
        new("documents", FieldType.Words),
        // Ours: about the log itself.
        new("cut", FieldType.Words),
        new("version", FieldType.Long),
        new("receivedMinute", FieldType.Long),
        new("spanHash", FieldType.Long),
        new("firstLog", FieldType.Long),
    ];

    /// <summary>The words of the query line and the fields they stand for. A word of several fields matches when one of them does.</summary>
    internal static readonly IReadOnlyDictionary<string, string[]> Words = new Dictionary<string, string[]>(StringComparer.OrdinalIgnoreCase)
    {
        ["trace"] = ["traceID"],
        ["span"] = ["spanID"],
        ["parent"] = ["parentSpanID"],
        ["request"] = ["requestId"],
        ["session"] = ["sessionId"],
        ["user"] = ["userId"],
        ["kind"] = ["spanKind"],
        ["otel_kind"] = ["kind"],
        ["env"] = ["environment"],
        ["tokens"] = ["totalTokens"],
        ["input_tokens"] = ["inputTokens"],
        ["output_tokens"] = ["outputTokens"],
        ["input"] = ["input", "prompt"],
        ["error"] = ["errorType", "statusMessage"],
        ["workflow"] = ["workflowName"],
        ["agent"] = ["agentName"],
        ["conversation"] = ["sessionId"],
    };

    /// <summary>Words of the query line that stand for an attribute: what people know a step of Dify's by.</summary>
    internal static readonly IReadOnlyDictionary<string, string> AttributeWords = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["run"] = "dify.workflow_run_id",
        ["message"] = "dify.message_id",
        ["app"] = "dify.app_name",
        ["node"] = "dify.node.title",
        ["node_type"] = "dify.node.type",
    };

    /// <summary>The index configuration, as SLS's CreateIndex takes it.</summary>
    public static string IndexJson(int ttlDays)
    {
        var keys = new JsonObject();
        foreach (var field in Fields)
        {
            keys[field.Name] = Key(field);
        }

        return new JsonObject
        {
            ["ttl"] = ttlDays,
            // A bare word is looked for in everything a person would read; numbers and what we write about the log are not that.
            ["line"] = new JsonObject
            {
                ["token"] = Array(Delimiters),
                ["caseSensitive"] = false,
                ["chn"] = true,
                ["exclude_keys"] = Array([.. Fields.Where(field => field.IsNumber).Select(field => field.Name), "cut", "costSource", "currency"]),
            },
            ["keys"] = keys,
            ["max_text_len"] = 16384,
        }.ToJsonString();
    }

    internal static SpanLogField? Field(string name) => Fields.FirstOrDefault(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>True when the attribute can be compared as a number.</summary>
    internal static bool IsNumericAttribute(string name) => AttributeKeys.Contains((name, "long"));

    private static JsonObject Key(SpanLogField field) =>
        field.Type switch
        {
            FieldType.Long => new()
            {
                ["type"] = "long",
                ["doc_value"] = true,
                ["alias"] = "",
            },
            FieldType.Double => new()
            {
                ["type"] = "double",
                ["doc_value"] = true,
                ["alias"] = "",
            },
            FieldType.Json => JsonKey(field.Name),
            _ => new()
            {
                ["type"] = "text",
                ["doc_value"] = true,
                ["alias"] = "",
                ["caseSensitive"] = false,
                ["chn"] = field.Type == FieldType.Words,
                ["token"] = Array(field.Type == FieldType.Words ? Delimiters : []),
            },
        };

    private static JsonObject JsonKey(string name)
    {
        var members = new JsonObject();
        foreach (var (member, type) in name == "attribute" ? AttributeKeys : [])
        {
            members[member] = new JsonObject
            {
                ["type"] = type,
                ["doc_value"] = true,
                ["alias"] = "",
            };
        }

        return new()
        {
            ["type"] = "json",
            ["doc_value"] = true,
            ["alias"] = "",
            ["caseSensitive"] = false,
            ["chn"] = true,
            ["token"] = Array(Delimiters),
            ["index_all"] = true,
            ["max_depth"] = -1,
            ["json_keys"] = members,
        };
    }

    private static JsonArray Array(string[] values) => [.. values.Select(value => JsonValue.Create(value))];
}
