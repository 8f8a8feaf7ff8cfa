using System.Text.RegularExpressions;

namespace LlmObs.Domain;

/// <summary>What spans, keys and permissions belong to. The name is what people and query lines use; see <see cref="IsName"/>.</summary>
public sealed partial record Project(int Id, string Name)
{
    /// <summary>Where senders without a key land in a local installation.</summary>
    public const string DefaultName = "default";

    /// <summary>Where the stack's own telemetry goes.</summary>
    public const string SelfName = "llmobs";

    /// <summary>What <see cref="IsName"/> takes, for a form to say beforehand.</summary>
    public const string NamePattern = @"[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?";

    /// <summary>Lower-case letters, digits, and hyphens between them; at most 63 characters.</summary>
    public static bool IsName(string text) => Name63().IsMatch(text);

    [GeneratedRegex($@"\A{NamePattern}\z")]
    private static partial Regex Name63();
}
