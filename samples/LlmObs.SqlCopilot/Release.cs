namespace LlmObs.SqlCopilot;

/// <summary>What differs between two versions of this copilot: its prompt, and whether it repairs SQL that the database refused.</summary>
/// <param name="Version"><c>service.version</c> of its spans.</param>
/// <param name="PromptVersion">Which Prompts/generate-sql.*.md it writes SQL by.</param>
/// <param name="MaxRepairs">How often failing SQL is diagnosed and tried again; 0: the step 诊断 does not exist.</param>
/// <param name="SourceName">Its spans' source: each release has its own, so that each says its own version.</param>
internal sealed record Release(string Version, string PromptVersion, int MaxRepairs, string SourceName)
{
    /// <summary>The first one: a short prompt, and no second try. The demo's past week begins with it.</summary>
    public static readonly Release First = new("1.0.0", "1", MaxRepairs: 0, "SqlCopilot.1");

    /// <summary>The one that answers: a prompt that names the traps, and a step that repairs.</summary>
    public static Release Current(CopilotOptions options) => new(options.Version, "2", options.MaxRepairs, "SqlCopilot");
}
