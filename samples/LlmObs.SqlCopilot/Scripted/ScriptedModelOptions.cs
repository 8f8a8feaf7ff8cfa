using System.ComponentModel.DataAnnotations;

namespace LlmObs.SqlCopilot.Scripted;

public sealed class ScriptedModelOptions
{
    public const string Section = "ScriptedModel";

    /// <summary>Multiplies the scripted model's thinking and writing time; 0 answers at once.</summary>
    [Range(0, 10)]
    public double Pace { get; set; } = 1;
}
