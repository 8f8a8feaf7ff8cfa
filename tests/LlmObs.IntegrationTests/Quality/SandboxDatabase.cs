using LlmObs.Domain.Evaluators.Sql;
using LlmObs.IntegrationTests.Support;
using LlmObs.Storage.Sandbox;
using Npgsql;

namespace LlmObs.IntegrationTests.Quality;

/// <summary>A small shop with a role that can read it, and with what an attacker would wish for.</summary>
public sealed class SandboxDatabase(PostgresFixture postgres) : IAsyncLifetime
{
    public static readonly SqlLimits Limits = new(TimeoutMs: 1500, MaxRows: 100, MaxCharacters: 200_000);

    private string owner = "";

    public string Role { get; private set; } = "";
    public string ReaderConnectionString { get; private set; } = "";
    public PostgresSandbox Sandbox { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        owner = await postgres.CreateEmptyDatabaseAsync();
        Role = new NpgsqlConnectionStringBuilder(owner).Database + "_reader";
        await OwnerAsync(
            $"""
            CREATE SCHEMA shop;
            CREATE TABLE shop.orders (id int PRIMARY KEY, store text, amount numeric(10, 2), ordered_on date);
            INSERT INTO shop.orders SELECT n, 'store ' || n % 3, n * 1.5, date '2026-11-01' + n FROM generate_series(1, 20) AS n;
            CREATE TABLE shop.secrets (word text);
            INSERT INTO shop.secrets VALUES ('hidden');
            CREATE SEQUENCE shop.numbers;
            DO $$ BEGIN IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'dblink') THEN CREATE EXTENSION dblink; END IF; END $$;
            CREATE FUNCTION shop.leak() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT word FROM shop.secrets';
            CREATE FUNCTION shop.touch() RETURNS int LANGUAGE plpgsql AS 'BEGIN INSERT INTO shop.orders (id) VALUES (0); RETURN 1; END';
            CREATE ROLE {Role} LOGIN PASSWORD 'reader';
            GRANT USAGE ON SCHEMA shop TO {Role};
            GRANT SELECT ON shop.orders TO {Role};
            """
        );
        ReaderConnectionString = As(Role, "reader");
        Sandbox = new(ReaderConnectionString, "shop", Limits, TimeProvider.System);
    }

    public async ValueTask DisposeAsync() => await OwnerAsync($"DROP OWNED BY {Role}; DROP ROLE {Role}");

    public string As(string role, string password) =>
        new NpgsqlConnectionStringBuilder(owner) { Username = role, Password = password }.ConnectionString;

    public string AsOwner => owner;

    public async Task<object?> OwnerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(owner) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Everything in the database that a statement could have changed, as one text.</summary>
    public async Task<string> StateAsync() =>
        (string)
            (
                await OwnerAsync(
                    """
                    SELECT concat_ws(' ',
                        (SELECT md5(string_agg(o::text, ',' ORDER BY id)) FROM shop.orders AS o),
                        (SELECT string_agg(word, ',') FROM shop.secrets),
                        (SELECT last_value || is_called::text FROM shop.numbers),
                        (SELECT string_agg(relname, ',' ORDER BY relname) FROM pg_class WHERE relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace, 'pg_toast'::regnamespace)),
                        (SELECT count(*) FROM pg_largeobject_metadata),
                        (SELECT string_agg(rolname, ',' ORDER BY rolname) FROM pg_roles WHERE rolname LIKE current_database() || '%'),
                        (SELECT count(*) FROM pg_prepared_xacts),
                        (SELECT count(*) FROM pg_proc WHERE pronamespace = 'shop'::regnamespace))
                    """
                )
            )!;
}
