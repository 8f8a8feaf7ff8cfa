using System.Text.Json.Nodes;

namespace LlmObs.Sls.Emulator.Catalog;

/// <param name="CreatedAt">Unix seconds, as <paramref name="ModifiedAt"/>.</param>
public sealed record ProjectDefinition(string Name, string Description, long CreatedAt, long ModifiedAt);

/// <param name="Ttl">Days; 3650 is forever.</param>
/// <param name="Settings">What the client sent at creation and update, answered as it was.</param>
public sealed record LogstoreDefinition(string Project, string Name, int Ttl, JsonObject Settings, long CreatedAt, long ModifiedAt);
