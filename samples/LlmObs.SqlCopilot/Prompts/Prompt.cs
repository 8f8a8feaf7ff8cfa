using Microsoft.Extensions.AI;

namespace LlmObs.SqlCopilot.Prompts;

/// <summary>A system prompt from Prompts/*.md with its <c>{{names}}</c> filled in.</summary>
internal static class Prompt
{
    /// <param name="name">Of the file: <c>diagnose</c>, <c>generate-sql.2</c>.</param>
    public static ChatMessage System(string name, params ReadOnlySpan<(string Name, string Value)> values)
    {
        var text = Texts.Read($"{name}.md");
        foreach (var (key, value) in values)
        {
            text = text.Replace("{{" + key + "}}", value, StringComparison.Ordinal);
        }

        return new(ChatRole.System, text);
    }

    /// <summary>Options of a call that names its prompt, so that its span does too.</summary>
    /// <param name="version">Of a prompt that has several.</param>
    public static ChatOptions Options(string name, string? version = null)
    {
        var options = new ChatOptions
        {
            Temperature = 0,
            AdditionalProperties = new() { [Telemetry.Tags.PromptName] = name },
        };
        if (version is not null)
        {
            options.AdditionalProperties[Telemetry.Tags.PromptVersion] = version;
        }

        return options;
    }
}
