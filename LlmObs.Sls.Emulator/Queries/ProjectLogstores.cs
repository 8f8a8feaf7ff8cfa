using LlmObs.Sls.Emulator.Storage;

namespace LlmObs.Sls.Emulator.Queries;

/// <summary>What a statement may name in FROM.</summary>
/// <param name="Asked">The logstore whose logs the search finds.</param>
/// <param name="Find">Another logstore of the project; null for a name that it has not.</param>
public sealed record ProjectLogstores(string Asked, Func<string, Logstore?> Find);
