namespace LlmObs.Domain;

/// <summary>What spans, keys and permissions belong to. The name is what people and query lines use: <c>[a-z0-9-]</c>, at most 63 characters.</summary>
public sealed record Project(int Id, string Name)
{
    /// <summary>Where senders without a key land in a local installation.</summary>
    public const string DefaultName = "default";

    /// <summary>Where the stack's own telemetry goes.</summary>
    public const string SelfName = "llmobs";
}
