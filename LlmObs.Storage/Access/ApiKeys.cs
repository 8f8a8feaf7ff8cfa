using System.Security.Cryptography;
using System.Text;
using Dapper;
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

/// <summary>A key's rights. The key itself is stored only as a SHA-256 hash.</summary>
public sealed record ApiKey(Guid Id, Project Project, string Name, KeyScopes Scopes);

public sealed class ApiKeys(Database database, TimeProvider time)
{
    private const string Find = """
        SELECT k.id AS "Id", k.name AS "Name", k.scopes AS "Scopes", p.id AS "ProjectId", p.name AS "ProjectName"
        FROM api_keys AS k
        JOIN projects AS p ON p.id = k.project_id
        WHERE k.key_hash = @hash AND k.revoked_at IS NULL
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
        ON CONFLICT (key_hash) DO UPDATE SET project_id = excluded.project_id, name = excluded.name, scopes = excluded.scopes
        """;

    private readonly ShortCache<string, ApiKey?> cache = new(time, TimeSpan.FromSeconds(5));

    /// <summary>The key's rights, or null when it is unknown or revoked. Cached for a few seconds.</summary>
    public async Task<ApiKey?> FindAsync(string key, CancellationToken cancellationToken)
    {
        var hash = Hash(key);
        return await cache.GetAsync(Convert.ToHexString(hash), () => LoadAsync(hash, cancellationToken));
    }

    /// <summary>Makes sure that a key given in configuration exists, and its project. Idempotent; a revoked key stays revoked.</summary>
    public async Task EnsureAsync(string projectName, string name, string key, KeyScopes scopes, CancellationToken cancellationToken)
    {
        // The start of a key helps people tell keys apart; of a short one it would give too much away.
        var parameters = new
        {
            projectName,
            name,
            prefix = key.Length >= 24 ? key[..8] : "",
            hash = Hash(key),
            scopes = (int)scopes,
        };
        await database.RunAsync(
            connection => connection.ExecuteAsync(new CommandDefinition(Ensure, parameters, cancellationToken: cancellationToken)),
            cancellationToken
        );
        cache.Forget();
    }

    private Task<ApiKey?> LoadAsync(byte[] hash, CancellationToken cancellationToken) =>
        database.RunAsync(
            async connection =>
                await connection.QuerySingleOrDefaultAsync<Row?>(new CommandDefinition(Find, new { hash }, cancellationToken: cancellationToken))
                    is { } row
                    ? new ApiKey(row.Id, new(row.ProjectId, row.ProjectName), row.Name, (KeyScopes)row.Scopes)
                    : null,
            cancellationToken
        );

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    private sealed record Row(Guid Id, string Name, int Scopes, int ProjectId, string ProjectName);
}
