using System.ComponentModel.DataAnnotations;

namespace LlmObs.SqlCopilot.Visitors;

public sealed class VisitorsOptions
{
    public const string Section = "Demo";

    /// <summary>Questions the made-up visitors ask per minute. Unset: 15 of the scripted model, none of a real one, which costs money.</summary>
    [Range(0, 600)]
    public double? QuestionsPerMinute { get; set; }
}
