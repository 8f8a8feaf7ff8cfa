using LlmObs.Domain.GenAi;

namespace LlmObs.Ingest.Mapping.Dialects.VercelAi;

/// <summary>The AI SDK names all its spans alike; what the application calls the function tells them apart.</summary>
internal static class VercelAiNames
{
    /// <summary><c>summarise (ai.streamText.doStream)</c>, or null when the application gave no name.</summary>
    public static string? Display(AttributeMap attributes) =>
        attributes.Text("ai.telemetry.functionId") is { } function && attributes.Text("ai.operationId") is { } operation
            ? $"{function} ({operation})"
            : null;

    /// <summary>From version 7 on the function's name is that of the agent which is invoked.</summary>
    public static string? Agent(AttributeMap attributes) =>
        attributes.Text(GenAiNames.OperationName) == "invoke_agent" ? attributes.Text("ai.telemetry.functionId") : null;
}
