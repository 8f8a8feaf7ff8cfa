using static LlmObs.Ingest.Mapping.Source;

namespace LlmObs.Ingest.Mapping.Dialects.GoogleAdk;

/// <summary>Google's Agent Development Kit: <c>gcp.vertex.agent.*</c>.</summary>
internal static class GoogleAdkKeys
{
    public static readonly Source[] RequestedModel = [Json("gcp.vertex.agent.llm_request", "model")];
    public static readonly Source[] Session = ["gcp.vertex.agent.session_id"];
    public static readonly Source[] ResponseId = ["gcp.vertex.agent.event_id"];
    public static readonly Source[] InputTokens = [Json("gcp.vertex.agent.llm_response", "usage_metadata", "prompt_token_count")];
    public static readonly Source[] OutputTokens = [Json("gcp.vertex.agent.llm_response", "usage_metadata", "candidates_token_count")];
    public static readonly Source[] Input = ["gcp.vertex.agent.llm_request"];
    public static readonly Source[] Output = ["gcp.vertex.agent.llm_response"];
    public static readonly Source[] ToolArguments = ["gcp.vertex.agent.tool_call_args"];
    public static readonly Source[] ToolResult = ["gcp.vertex.agent.tool_response"];
}
