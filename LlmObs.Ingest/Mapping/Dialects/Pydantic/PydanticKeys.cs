namespace LlmObs.Ingest.Mapping.Dialects.Pydantic;

/// <summary>Pydantic AI and Logfire.</summary>
internal static class PydanticKeys
{
    /// <summary>"pending_span" is sent when a span begins and says nothing its end does not.</summary>
    public const string SpanType = "logfire.span_type";

    public static readonly Source[] Name = ["logfire.msg"];
    public static readonly Source[] Messages = ["all_messages_events", "pydantic_ai.all_messages"];
    public static readonly Source[] Events = ["events"];
    public static readonly Source[] ToolArguments = ["tool_arguments"];
    public static readonly Source[] ToolResult = ["tool_response"];
    public static readonly Source[] FinalResult = ["final_result"];
}
