using System.ComponentModel.DataAnnotations;

namespace LlmObs.SqlCopilot.Visitors;

public sealed class VisitorsOptions
{
    public const string Section = "Demo";

    /// <summary>Questions the made-up visitors ask per minute. Unset: 15 of the scripted model, none of a real one, which costs money.</summary>
    [Range(0, 600)]
    public double? QuestionsPerMinute { get; set; }

    /// <summary>
    /// Questions of the past week, played once in minutes after the first start. Unset: 600 of the scripted model unless
    /// <see cref="QuestionsPerMinute"/> is set, none of a real one.
    /// </summary>
    [Range(0, 20_000)]
    public int? PastQuestions { get; set; }
}
