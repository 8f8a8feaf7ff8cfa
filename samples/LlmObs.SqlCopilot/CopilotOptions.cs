using System.ComponentModel.DataAnnotations;

namespace LlmObs.SqlCopilot;

/// <summary>Who the copilot says it is in its telemetry, and how hard it tries.</summary>
public sealed class CopilotOptions
{
    public const string Section = "Copilot";

    /// <summary><c>service.version</c> of every span: compare releases by it.</summary>
    [Required]
    public string Version { get; set; } = "2.0.0";

    /// <summary><c>deployment.environment.name</c> of every span.</summary>
    [Required]
    public string Environment { get; set; } = "demo";

    /// <summary>How often a failing SQL is diagnosed and tried again.</summary>
    [Range(0, 5)]
    public int MaxRepairs { get; set; } = 2;

    /// <summary>Output limit of the written answer, in tokens. A longer answer is cut by the model and marked as cut.</summary>
    [Range(16, 32_000)]
    public int MaxAnswerTokens { get; set; } = 600;
}
