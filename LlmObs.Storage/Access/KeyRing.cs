using LlmObs.Domain;

namespace LlmObs.Storage.Access;

/// <summary>A key as the list of keys shows it.</summary>
/// <param name="Prefix">The start of its secret; empty where that would give too much away.</param>
/// <param name="PublicKey">The other half of a Langfuse pair; null for keys that the configuration gave.</param>
/// <param name="LastUsedAt">To the minute; null when it was never used.</param>
/// <param name="OldSecretUntil">While a rotation's grace lasts: its end.</param>
public sealed record KeySummary(
    Guid Id,
    string Name,
    string Prefix,
    string? PublicKey,
    KeyScopes Scopes,
    KeyLimits Limits,
    DateTimeOffset CreatedAt,
    DateTimeOffset? LastUsedAt,
    DateTimeOffset? RotatedAt,
    DateTimeOffset? OldSecretUntil,
    DateTimeOffset? RevokedAt
);

/// <summary>A key that was just made or rotated: the only time its secret can be read.</summary>
public sealed record NewSecret(Guid Id, string PublicKey, string Secret);

/// <summary>Makes, limits, rotates and revokes the keys of a project.</summary>
public sealed class KeyRing(Database database, ApiKeys keys)
{
    private const string List = """
        SELECT k.id AS "Id", k.name AS "Name", k.prefix AS "Prefix", k.public_key AS "PublicKey", k.scopes AS "Scopes",
            k.requests_per_second AS "RequestsPerSecond", k.spans_per_second AS "SpansPerSecond", k.created_at AS "CreatedAt",
            k.last_used_at AS "LastUsedAt", k.rotated_at AS "RotatedAt", k.revoked_at AS "RevokedAt",
            (SELECT max(r.valid_until) FROM retired_secrets AS r WHERE r.key_id = k.id AND r.valid_until > now()) AS "OldSecretUntil"
        FROM api_keys AS k
        WHERE k.project_id = @projectId
        ORDER BY k.revoked_at DESC NULLS FIRST, k.created_at DESC, k.id
        """;

    private const string Create = """
        INSERT INTO api_keys (project_id, name, prefix, public_key, key_hash, scopes, requests_per_second, spans_per_second)
        VALUES (@projectId, @name, @prefix, @publicKey, @hash, @scopes, @requestsPerSecond, @spansPerSecond)
        RETURNING id
        """;

    // No older secret outlives the grace chosen now.
    private const string Rotate = """
        WITH retired AS (
            INSERT INTO retired_secrets (key_hash, key_id, valid_until)
            SELECT key_hash, id, now() + @grace FROM api_keys WHERE id = @id AND project_id = @projectId AND revoked_at IS NULL
            ON CONFLICT (key_hash) DO NOTHING
            RETURNING key_id
        ), older AS (
            UPDATE retired_secrets AS r SET valid_until = least(r.valid_until, now() + @grace) FROM retired WHERE r.key_id = retired.key_id
        )
        UPDATE api_keys AS k
        SET key_hash = @hash, prefix = @prefix, public_key = coalesce(k.public_key, @publicKey), rotated_at = now()
        FROM retired
        WHERE k.id = retired.key_id
        RETURNING k.public_key
        """;

    private const string Limit = """
        UPDATE api_keys SET requests_per_second = @requestsPerSecond, spans_per_second = @spansPerSecond
        WHERE id = @id AND project_id = @projectId AND revoked_at IS NULL
        """;

    private const string Revoke = "UPDATE api_keys SET revoked_at = now() WHERE id = @id AND project_id = @projectId AND revoked_at IS NULL";

    /// <summary>Every key of the project: working ones first, newest first.</summary>
    public async Task<IReadOnlyList<KeySummary>> ListAsync(Project project, CancellationToken cancellationToken) =>
        [.. (await database.QueryAsync<Row>(List, new { projectId = project.Id }, cancellationToken)).Select(row => row.ToSummary())];

    /// <summary>A new key. Its secret works at once everywhere: nobody has asked for it before.</summary>
    public async Task<NewSecret> CreateAsync(Project project, string name, KeyScopes scopes, KeyLimits limits, CancellationToken cancellationToken)
    {
        var (secret, publicKey) = (Secret.New(), Secret.NewPublic());
        var id = await database.FindAsync<Guid>(
            Create,
            new
            {
                projectId = project.Id,
                name,
                prefix = Secret.Prefix(secret),
                publicKey,
                hash = Secret.Hash(secret),
                scopes = (int)scopes,
                limits.RequestsPerSecond,
                limits.SpansPerSecond,
            },
            cancellationToken
        );
        return new(id, publicKey, secret);
    }

    /// <summary>Gives the key a new secret. The old one works for <paramref name="grace"/> more. Null when there is no such key, or it is revoked.</summary>
    public async Task<NewSecret?> RotateAsync(Project project, Guid id, TimeSpan grace, CancellationToken cancellationToken)
    {
        var secret = Secret.New();
        var publicKey = await database.FindAsync<string>(
            Rotate,
            new
            {
                projectId = project.Id,
                id,
                grace,
                prefix = Secret.Prefix(secret),
                publicKey = Secret.NewPublic(),
                hash = Secret.Hash(secret),
            },
            cancellationToken
        );
        keys.Forget();
        return publicKey is null ? null : new(id, publicKey, secret);
    }

    /// <summary>False when there is no such key, or it is revoked.</summary>
    public Task<bool> LimitAsync(Project project, Guid id, KeyLimits limits, CancellationToken cancellationToken) =>
        ChangeAsync(
            Limit,
            new
            {
                projectId = project.Id,
                id,
                limits.RequestsPerSecond,
                limits.SpansPerSecond,
            },
            cancellationToken
        );

    /// <summary>Ends the key, and every secret it had. Other replicas notice within five seconds. False when it was over before.</summary>
    public Task<bool> RevokeAsync(Project project, Guid id, CancellationToken cancellationToken) =>
        ChangeAsync(Revoke, new { projectId = project.Id, id }, cancellationToken);

    private async Task<bool> ChangeAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        var changed = await database.ExecuteAsync(sql, parameters, cancellationToken);
        keys.Forget();
        return changed == 1;
    }

    private sealed record Row(
        Guid Id,
        string Name,
        string Prefix,
        string? PublicKey,
        int Scopes,
        int? RequestsPerSecond,
        int? SpansPerSecond,
        DateTime CreatedAt,
        DateTime? LastUsedAt,
        DateTime? RotatedAt,
        DateTime? RevokedAt,
        DateTime? OldSecretUntil
    )
    {
        public KeySummary ToSummary() =>
            new(
                Id,
                Name,
                Prefix,
                PublicKey,
                (KeyScopes)Scopes,
                new(RequestsPerSecond, SpansPerSecond),
                new(CreatedAt),
                LastUsedAt,
                RotatedAt,
                OldSecretUntil,
                RevokedAt
            );
    }
}
