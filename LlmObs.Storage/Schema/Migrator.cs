using Dapper;
using Npgsql;

namespace LlmObs.Storage.Schema;

/// <summary>Brings the database to the schema of this build: forward only, each file once, one migrator at a time.</summary>
public sealed class Migrator(NpgsqlDataSource dataSource)
{
    // Any number will do, as long as no other program on this database uses it.
    private const long Lock = 4_201_776_001;

    /// <summary>Creates the database when it is missing, then applies what is not applied yet.</summary>
    /// <exception cref="SchemaException">An applied file was edited, or the database is newer than this build.</exception>
    internal async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using var connection = await OpenOrCreateAsync(cancellationToken);
        await connection.ExecuteAsync("SELECT pg_advisory_lock(@Lock)", new { Lock }, commandTimeout: 0);
        try
        {
            await ApplyAsync(connection, cancellationToken);
        }
        finally
        {
            await connection.ExecuteAsync("SELECT pg_advisory_unlock(@Lock)", new { Lock });
        }
    }

    /// <summary>Null when every migration of this build is applied, else what is missing.</summary>
    internal async Task<string?> MissingAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        if (await connection.ExecuteScalarAsync<string?>("SELECT to_regclass('schema_migrations')::text") is null)
        {
            return "The database has no schema yet; Ingest makes it when it starts.";
        }

        var applied = await connection.ExecuteScalarAsync<int>("SELECT coalesce(max(number), 0) FROM schema_migrations");
        var needed = Migration.All[^1].Number;
        return applied >= needed ? null : $"The database has schema {applied}, this build needs {needed}; a newer Ingest makes it when it starts.";
    }

    private async Task<NpgsqlConnection> OpenOrCreateAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await dataSource.OpenConnectionAsync(cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            await CreateDatabaseAsync(cancellationToken);
            return await dataSource.OpenConnectionAsync(cancellationToken);
        }
    }

    private async Task CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        // The data source hands its connection string out without the password; a clone of its own connection keeps it.
        await using var template = dataSource.CreateConnection();
        var server = new NpgsqlConnectionStringBuilder(template.ConnectionString) { Database = "postgres", Pooling = false };
        await using var connection = template.CloneWith(server.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        try
        {
            var name = new NpgsqlCommandBuilder().QuoteIdentifier(template.Database);
            await connection.ExecuteAsync($"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0");
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Another Ingest was quicker.
        }
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                number     int PRIMARY KEY,
                name       text NOT NULL,
                checksum   bytea NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now()
            )
            """
        );
        var applied = (
            await connection.QueryAsync<Applied>("""SELECT number AS "Number", name AS "Name", checksum AS "Checksum" FROM schema_migrations""")
        ).ToDictionary(row => row.Number);
        foreach (var migration in Migration.All)
        {
            if (applied.Remove(migration.Number, out var before))
            {
                SchemaException.ThrowIfEdited(migration, before.Checksum);
                continue;
            }

            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await connection.ExecuteAsync(migration.Sql, commandTimeout: 0);
            await connection.ExecuteAsync("INSERT INTO schema_migrations (number, name, checksum) VALUES (@Number, @Name, @Checksum)", migration);
            await transaction.CommitAsync(cancellationToken);
        }

        SchemaException.ThrowIfNewer(applied.Values.Select(row => row.Name));
    }

    private sealed record Applied(int Number, string Name, byte[] Checksum);
}
