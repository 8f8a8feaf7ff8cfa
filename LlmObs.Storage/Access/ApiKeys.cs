using Dapper;
using LlmObs.Domain;
using Microsoft.Extensions.Options;

namespace LlmObs.Storage.Access;

/// <summary>A key as it was when PostgreSQL last said so.</summary>
/// <param name="Hash">SHA-256 of the secret, in hexadecimal digits.</param>
public sealed record RememberedKey(string Hash, ApiKey Key, DateTimeOffset ConfirmedAt);

/// <summary>Finds keys for the ways in and the API. <see cref="KeyRing"/> makes and changes them.</summary>
public sealed class ApiKeys(Database database, TimeProvider time, IOptions<StorageOptions> options)
{
    // A secret is a key's present one, or one that a rotation left valid for a while.
    private const string FindBySecret = """
        WITH found AS (
            SELECT k.id, NULL::timestamptz AS valid_until
            FROM api_keys AS k
            WHERE k.key_hash = @hash AND k.revoked_at IS NULL
            UNION ALL
            SELECT k.id, r.valid_until
            FROM retired_secrets AS r
            JOIN api_keys AS k ON k.id = r.key_id
            WHERE r.key_hash = @hash AND r.valid_until > now() AND k.revoked_at IS NULL
        )
        """;

    private const string FindById = """
        WITH found AS (
            SELECT k.id, NULL::timestamptz AS valid_until FROM api_keys AS k WHERE k.id = @id AND k.revoked_at IS NULL
        )
        """;

    private const string FindByPublicHalf = """
        WITH found AS (
            SELECT k.id, NULL::timestamptz AS valid_until FROM api_keys AS k WHERE k.public_key = @publicKey AND k.revoked_at IS NULL
        )
        """;

    private const string SelectFoundAndNoteUse = """
        , used AS (
            UPDATE api_keys AS k SET last_used_at = now()
            FROM found
            WHERE k.id = found.id AND (k.last_used_at IS NULL OR k.last_used_at < now() - interval '1 minute')
        )
        SELECT k.id AS "Id", k.name AS "Name", k.scopes AS "Scopes", k.requests_per_second AS "RequestsPerSecond",
            k.spans_per_second AS "SpansPerSecond", found.valid_until AS "ValidUntil", p.id AS "ProjectId", p.name AS "ProjectName"
        FROM found
        JOIN api_keys AS k ON k.id = found.id
        JOIN projects AS p ON p.id = k.project_id
        """;

    // DO UPDATE SET name = name: so that the id comes back of a project that is there already.
    private const string Ensure = """
        WITH project AS (
            INSERT INTO projects (name) VALUES (@projectName)
            ON CONFLICT (name) DO UPDATE SET name = excluded.name
            RETURNING id
        )
        INSERT INTO api_keys (project_id, name, prefix, key_hash, scopes)
        SELECT id, @name, @prefix, @hash, @scopes FROM project
        WHERE NOT EXISTS (SELECT FROM retired_secrets WHERE key_hash = @hash)
        ON CONFLICT (key_hash) DO UPDATE SET project_id = excluded.project_id, name = excluded.name, scopes = excluded.scopes
        """;

    private readonly ShortCache<string, ApiKey> bySecret = new(time, options.Value.KeyMemory);
    private readonly ShortCache<string, ApiKey> byPublicHalf = new(time, options.Value.KeyMemory);
    private readonly ShortCache<Guid, ApiKey> byId = new(time, options.Value.KeyMemory);

    /// <summary>The key's rights, or null when it is unknown, revoked, or past its grace. A change is noticed within five seconds.</summary>
    /// <exception cref="StorageUnavailableException">PostgreSQL is away, and this key was not seen within <see cref="StorageOptions.KeyMemory"/>.</exception>
    public async ValueTask<ApiKey?> FindAsync(string key, CancellationToken cancellationToken)
    {
        var hash = Secret.Hash(key);
        var found = await bySecret.GetAsync(Convert.ToHexString(hash), () => LoadAsync(FindBySecret, new { hash }), cancellationToken);
        return found?.ValidUntil <= time.GetUtcNow() ? null : found;
    }

    /// <summary>The keys that go on working while PostgreSQL is away.</summary>
    public IReadOnlyList<RememberedKey> Remembered
    {
        get
        {
            var now = time.GetUtcNow();
            return [.. bySecret.Standing.Select(answer => new RememberedKey(answer.Key, answer.Value, now - answer.Age))];
        }
    }

    /// <summary>Begins with what an earlier process remembered, so that its senders are known while PostgreSQL is away.</summary>
    public void Recall(IEnumerable<RememberedKey> keys)
    {
        var now = time.GetUtcNow();
        foreach (var key in keys.Where(key => key.ConfirmedAt <= now))
        {
            bySecret.Recall(key.Hash, key.Key, now - key.ConfirmedAt);
        }
    }

    /// <summary>The same for who has shown the key before: a session. Secrets may have been rotated since.</summary>
    public ValueTask<ApiKey?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        byId.GetAsync(id, () => LoadAsync(FindById, new { id }), cancellationToken);

    /// <summary>The key whose public half this is, as one that may only give scores; null when it is unknown or revoked.</summary>
    public ValueTask<ApiKey?> FindByPublicHalfAsync(string publicKey, CancellationToken cancellationToken) =>
        byPublicHalf.GetAsync(
            publicKey,
            async () => await LoadAsync(FindByPublicHalf, new { publicKey }) is { } key ? key with { IsPublicHalf = true } : null,
            cancellationToken
        );

    /// <summary>Makes sure that a key given in configuration exists, and its project. Idempotent; a revoked or rotated key stays so.</summary>
    public async Task EnsureAsync(string projectName, string name, string key, KeyScopes scopes, CancellationToken cancellationToken)
    {
        var parameters = new
        {
            projectName,
            name,
            prefix = Secret.Prefix(key),
            hash = Secret.Hash(key),
            scopes = (int)scopes,
        };
        await database.ExecuteAsync(Ensure, parameters, cancellationToken);
        Forget();
    }

    /// <summary>So that whoever changed a key sees it at once; other replicas do within seconds.</summary>
    internal void Forget()
    {
        bySecret.Forget();
        byPublicHalf.Forget();
        byId.Forget();
    }

    // Not cancelled with the request that happens to ask first: others wait for the same answer.
    private async Task<ApiKey?> LoadAsync(string find, object parameters) =>
        (await database.FindAsync<Row>(find + SelectFoundAndNoteUse, parameters, CancellationToken.None))?.ToKey();

    private sealed record Row(
        Guid Id,
        string Name,
        int Scopes,
        int? RequestsPerSecond,
        int? SpansPerSecond,
        DateTime? ValidUntil,
        int ProjectId,
        string ProjectName
    )
    {
        public ApiKey ToKey() =>
            new(
                Id,
                new(ProjectId, ProjectName),
                Name,
                (KeyScopes)Scopes,
                new(RequestsPerSecond, SpansPerSecond),
                ValidUntil is { } until ? new(until) : null
            );
    }
}
