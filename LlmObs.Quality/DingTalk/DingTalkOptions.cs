using System.ComponentModel.DataAnnotations;

namespace LlmObs.Quality.DingTalk;

/// <summary>Section <c>DingTalk</c>: the internal app through which AI tables are read and written.</summary>
public sealed class DingTalkOptions
{
    public const string Section = "DingTalk";

    /// <summary>The app's key. Without it no table is exchanged.</summary>
    public string? AppKey { get; set; }

    public string? AppSecret { get; set; }

    /// <summary>The unionId of the person in whose name tables are read and written.</summary>
    public string? OperatorId { get; set; }

    [Url]
    public string BaseUrl { get; set; } = "https://api.dingtalk.com";

    /// <summary>The address of LlmObs as people open it; rows link to it. Without one they carry no link.</summary>
    [Url]
    public string? WebUrl { get; set; }

    /// <summary>Seconds between two exchanges of a table.</summary>
    [Range(5, 86_400)]
    public int IntervalSeconds { get; set; } = 60;

    /// <summary>Calls a second at most.</summary>
    [Range(0.1, 100)]
    public double RequestsPerSecond { get; set; } = 5;

    /// <summary>True when all three are set that a call needs.</summary>
    public bool IsConfigured => !string.IsNullOrEmpty(AppKey) && !string.IsNullOrEmpty(AppSecret) && !string.IsNullOrEmpty(OperatorId);
}
