using LlmObs.Domain;

namespace LlmObs.Storage.Access;

[Flags]
public enum KeyScopes { None = 0, Ingest = 1, Read = 2, All = Ingest | Read }

/// <summary>A key's rights. The key itself is stored only as a SHA-256 hash.</summary>
public sealed record ApiKey(Guid Id, Project Project, string Name, KeyScopes Scopes);

public sealed class ApiKeys
{
    /// <summary>The key's rights, or null when it is unknown or revoked. Cached for a few seconds.</summary>
    public Task<ApiKey?> FindAsync(string key, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Makes sure that a key given in configuration exists. Idempotent.</summary>
    public Task EnsureAsync(string projectName, string name, string key, KeyScopes scopes, CancellationToken cancellationToken) => throw new NotImplementedException();
}
