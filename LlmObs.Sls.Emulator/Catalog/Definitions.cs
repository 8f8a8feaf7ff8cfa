using System.Text.Json.Nodes;

namespace LlmObs.Sls.Emulator.Catalog;

/// <param name="CreatedAt">Unix seconds, as <paramref name="ModifiedAt"/>.</param>
/// <param name="Settings">What else the client sent at creation, answered as it was; null in a definition of before it was kept.</param>
public sealed record ProjectDefinition(string Name, string Description, long CreatedAt, long ModifiedAt, JsonObject? Settings = null);

/// <param name="Ttl">Days; 3650 is forever.</param>
/// <param name="Settings">What the client sent at creation and update, answered as it was.</param>
/// <param name="Shards">In order of id; null in a definition of before there were shards: one that takes everything.</param>
public sealed record LogstoreDefinition(
    string Project,
    string Name,
    int Ttl,
    JsonObject Settings,
    long CreatedAt,
    long ModifiedAt,
    IReadOnlyList<Shard>? Shards = null
)
{
    public bool AllowsTracking => IsSet("enable_tracking");

    public bool AllowsChanges => IsSet("enableModify");

    private bool IsSet(string setting) => Settings[setting] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;
}
