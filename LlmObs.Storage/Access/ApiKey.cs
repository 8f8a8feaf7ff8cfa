using LlmObs.Domain;

namespace LlmObs.Storage.Access;

/// <summary>What a key may do.</summary>
[Flags]
public enum KeyScopes
{
    None = 0,
    Ingest = 1,
    Read = 2,
    All = Ingest | Read,
}

/// <summary>How much a key may ask for at one replica. Null: what the section <c>RateLimits</c> says; 0: no limit.</summary>
public sealed record KeyLimits(int? RequestsPerSecond, int? SpansPerSecond)
{
    public static readonly KeyLimits Configured = new(null, null);
}

/// <summary>A key's rights. The key itself is stored only as a SHA-256 hash.</summary>
/// <param name="ValidUntil">When the secret that was shown is one that a rotation replaced: the end of its grace.</param>
/// <param name="IsPublicHalf">Only the public half was shown, which anybody can read in a page: enough to give a score, and for nothing else.</param>
public sealed record ApiKey(
    Guid Id,
    Project Project,
    string Name,
    KeyScopes Scopes,
    KeyLimits Limits,
    DateTimeOffset? ValidUntil = null,
    bool IsPublicHalf = false
);
