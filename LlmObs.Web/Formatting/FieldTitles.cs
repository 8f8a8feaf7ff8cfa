using LlmObs.Web.Search;

namespace LlmObs.Web.Formatting;

/// <summary>What a field of the query line is called in headings: <c>IStringLocalizer&lt;FieldTitles&gt;</c>, Resources/Formatting/FieldTitles.zh.resx.</summary>
public sealed class FieldTitles
{
    /// <summary>English, the key of the translation.</summary>
    public static string Of(string field) =>
        field switch
        {
            "status" => "Status",
            "service" => "Service",
            "kind" => "Kind",
            "name" => "Name",
            "model" => "Model",
            "duration" => "Duration",
            "user" => "User",
            "session" => "Session",
            "request" => "Request id",
            "question" => "Question",
            "input" => "Input",
            "output" => "Output",
            "error" => "Error",
            "tags" => "Tags",
            "environment" => "Environment",
            "release" => "Release",
            "serviceVersion" => "Service version",
            "workflow" => "Workflow",
            "agent" => "Agent",
            "promptName" => "Prompt",
            "promptVersion" => "Prompt version",
            "provider" => "Provider",
            "operation" => "Operation",
            "finishReason" => "Finish reason",
            "tokens" => "Tokens",
            "input_tokens" => "Input tokens",
            "output_tokens" => "Output tokens",
            "cost" => "Cost",
            "ttft" => "First token",
            "statusMessage" => "Error message",
            "documents" => "Retrieved documents",
            "tools" => "Tools",
            "trace" => "Trace id",
            "span" => "Step id",
            "host" => "Host",
            _ when ScoreName.Of(field) is not null => "Score",
            _ => field,
        };
}
