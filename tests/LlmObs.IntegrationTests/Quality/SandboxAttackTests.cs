using LlmObs.Domain.Evaluators.Sql;
using LlmObs.Storage.Sandbox;
using Npgsql;

namespace LlmObs.IntegrationTests.Quality;

/// <summary>Generated SQL is hostile until proven otherwise: what it tries, and that nothing came of it.</summary>
public sealed class SandboxAttackTests(SandboxDatabase database) : IClassFixture<SandboxDatabase>
{
    private readonly CancellationToken none = TestContext.Current.CancellationToken;

    public static TheoryData<string> Attacks =>
        [
            // Data definition.
            "DROP TABLE shop.orders",
            "CREATE TABLE shop.mine (a int)",
            "CREATE TEMP TABLE mine (a int)",
            "SELECT * INTO TEMP mine FROM shop.orders",
            "CREATE TABLE mine AS SELECT 1",
            "ALTER ROLE current_user SUPERUSER",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "TRUNCATE shop.orders",
            // Data, plainly and in disguise.
            "INSERT INTO shop.orders (id) VALUES (99)",
            "UPDATE shop.orders SET amount = 0 RETURNING id",
            "DELETE FROM shop.orders",
            "WITH gone AS (DELETE FROM shop.orders RETURNING *) SELECT * FROM gone",
            "WITH x AS (UPDATE shop.orders SET amount = 0 RETURNING 1) SELECT count(*) FROM x",
            "SELECT * FROM shop.orders FOR UPDATE",
            "SELECT shop.touch()",
            "MERGE INTO shop.orders AS o USING (SELECT 1) AS s ON true WHEN MATCHED THEN DELETE",
            "EXPLAIN ANALYZE DELETE FROM shop.orders",
            // Several statements, and ways out of the parentheses.
            "SELECT 1; DROP TABLE shop.orders",
            "SELECT 1; COMMIT; DROP TABLE shop.orders",
            "SELECT 1) AS q (c1); DROP TABLE shop.orders; --",
            "SELECT 1 ) UNION SELECT word FROM shop.secrets --",
            "ROLLBACK",
            "COMMIT",
            "BEGIN READ WRITE",
            "DO $$ BEGIN DELETE FROM shop.orders; END $$",
            "CALL shop.touch()",
            // Files and programs.
            "COPY shop.orders TO '/tmp/orders.txt'",
            "COPY (SELECT 1) TO PROGRAM 'touch /tmp/llmobs-attack'",
            "COPY shop.orders FROM PROGRAM 'cat /etc/passwd'",
            "SELECT pg_read_file('/etc/passwd')",
            "SELECT pg_read_binary_file('/etc/passwd')",
            "SELECT * FROM pg_ls_dir('/')",
            "SELECT pg_stat_file('/etc/passwd')",
            "SELECT \"pg_read_file\"('/etc/passwd')",
            "SELECT pg_catalog.pg_read_file('/etc/passwd')",
            "SELECT pg_read_file /* a comment */ ('/etc/passwd')",
            "SELECT U&\"pg\\005fread_file\"('/etc/passwd')",
            // Large objects.
            "SELECT lo_create(4711)",
            "SELECT lo_from_bytea(0, 'x')",
            "SELECT lo_import('/etc/passwd')",
            "SELECT lo_export(1, '/tmp/x')",
            // Other servers.
            "SELECT * FROM dblink('host=127.0.0.1', 'SELECT 1') AS t (a int)",
            "CREATE EXTENSION dblink",
            "CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1' PUBLICATION p",
            // Who one is, and what holds.
            "SET ROLE postgres",
            "RESET ROLE",
            "SET SESSION AUTHORIZATION DEFAULT",
            "SET statement_timeout = 0",
            "SET TRANSACTION READ WRITE",
            "SELECT set_config('statement_timeout', '0', false)",
            "SELECT set_config('transaction_read_only', 'off', true)",
            "SELECT set_config('role', 'postgres', false)",
            "WITH off AS MATERIALIZED (SELECT set_config('transaction_read_only', 'off', true)) SELECT * FROM off",
            // What others would notice.
            "SELECT pg_advisory_lock(1)",
            "SELECT pg_try_advisory_lock(1)",
            "LOCK TABLE shop.orders",
            "NOTIFY channel, 'x'",
            "SELECT pg_notify('channel', 'x')",
            "LISTEN channel",
            "SELECT nextval('shop.numbers')",
            "SELECT setval('shop.numbers', 100)",
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity",
            "SELECT pg_cancel_backend(pid) FROM pg_stat_activity",
            "SELECT pg_reload_conf()",
            "SELECT pg_export_snapshot()",
            "VACUUM shop.orders",
            "CHECKPOINT",
            // Prepared statements and transactions.
            "PREPARE TRANSACTION 'mine'",
            "PREPARE p AS DELETE FROM shop.orders",
            "EXECUTE p",
            "DECLARE c CURSOR WITH HOLD FOR SELECT 1",
            // Statements inside texts.
            "SELECT query_to_xml('DELETE FROM shop.orders', true, true, '')",
            "SELECT query_to_xml('SELECT pg_sleep(100)', true, true, '')",
            "SELECT * FROM ts_stat('SELECT word::tsvector FROM shop.secrets')",
            // What is not for this role.
            "SELECT * FROM shop.secrets",
            "SELECT shop.leak()",
            "SELECT rolpassword FROM pg_authid",
            // Sleep.
            "SELECT pg_sleep(60)",
            "SELECT pg_sleep_for('1 minute')",
            "SELECT pg_catalog . pg_sleep ( 60 )",
        ];

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task Nothing_gets_through(string sql)
    {
        var before = await database.StateAsync();

        var run = await database.Sandbox.RunAsync(sql, none);

        Assert.NotEqual(SqlOutcome.Ok, run.Outcome);
        Assert.Null(run.Result);
        Assert.NotNull(run.Message);
        Assert.Equal(before, await database.StateAsync());
    }

    [Theory]
    [InlineData("SELECT pg_sleep(60)")]
    [InlineData("SELECT pg_advisory_lock(1)")]
    [InlineData("SELECT pg_read_file('/etc/passwd')")]
    [InlineData("SELECT lo_create(4711)")]
    [InlineData("SELECT lo_import('/etc/passwd')")]
    [InlineData("SELECT set_config('role', 'postgres', false)")]
    [InlineData("SELECT pg_notify('channel', 'x')")]
    [InlineData("SELECT nextval('shop.numbers')")]
    [InlineData("SELECT query_to_xml('SELECT pg_sleep(100)', true, true, '')")]
    public async Task What_reaches_outside_is_refused_by_its_name_before_it_is_called(string sql)
    {
        var run = await database.Sandbox.RunAsync(sql, none);

        Assert.Equal((SqlOutcome.Permission, SqlStage.Parse), (run.Outcome, run.Stage));
        Assert.EndsWith("may not be called here.", run.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_of_dblink_may_be_called_where_it_is_installed()
    {
        var isThere = await database.OwnerAsync("SELECT count(*) FROM pg_proc WHERE proname = 'dblink'") is > 0L;

        foreach (var sql in new[] { "SELECT * FROM dblink('host=127.0.0.1', 'SELECT 1') AS t (a int)", "SELECT dblink_connect('host=127.0.0.1')" })
        {
            var run = await database.Sandbox.RunAsync(sql, none);
            Assert.NotEqual(SqlOutcome.Ok, run.Outcome);
            Assert.Equal(isThere, run.Message!.EndsWith("may not be called here.", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("SELECT count(*) FROM generate_series(1, 1000000) AS a CROSS JOIN generate_series(1, 1000000) AS b")]
    [InlineData("WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t")]
    [InlineData("SELECT max(md5(a::text || b::text)) FROM generate_series(1, 100000) AS a, generate_series(1, 100000) AS b")]
    public async Task What_does_not_end_is_ended(string sql)
    {
        var run = await database.Sandbox.RunAsync(sql, none);

        Assert.Equal(SqlOutcome.Timeout, run.Outcome);
        Assert.Equal("57014", run.Code);
    }

    [Theory]
    [InlineData("SELECT repeat('x', 50000000)")]
    [InlineData("SELECT repeat('x', 50000) FROM generate_series(1, 90)")]
    [InlineData("SELECT array_fill(7, ARRAY[200000])")]
    public async Task Too_much_is_refused_and_not_fetched(string sql)
    {
        var run = await database.Sandbox.RunAsync(sql, none);

        Assert.Equal(SqlOutcome.TooLarge, run.Outcome);
        Assert.Null(run.Result);
    }

    [Fact]
    public async Task Rows_beyond_the_limit_are_left_and_said_to_be()
    {
        var run = await database.Sandbox.RunAsync("SELECT a.id FROM orders AS a, orders AS b, orders AS c, orders AS d, orders AS e", none);

        Assert.Equal(SqlOutcome.Ok, run.Outcome);
        Assert.Equal(100, run.Result!.Rows.Count);
        Assert.True(run.Result.IsCut);
    }

    [Fact]
    public async Task Two_functions_of_one_name_are_forbidden_together_and_others_are_not()
    {
        Assert.Equal(SqlOutcome.Permission, (await database.Sandbox.RunAsync("SELECT shop.leak()", none)).Outcome);
        Assert.Equal(
            SqlOutcome.Ok,
            (await database.Sandbox.RunAsync("SELECT now(), random(), lower('A'), count(*), 'pg_sleep(1)' FROM orders -- pg_sleep(9)", none)).Outcome
        );
    }

    [Fact]
    public async Task A_connection_leaves_nothing_to_the_next()
    {
        await database.Sandbox.RunAsync("SELECT set_config('search_path', 'pg_catalog', false)", none);

        Assert.Equal(SqlOutcome.Ok, (await database.Sandbox.RunAsync("SELECT count(*) FROM orders", none)).Outcome);
        Assert.Equal(
            0L,
            await database.OwnerAsync(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'llmobs-sandbox' AND datname = current_database()"
            )
        );
    }

    [Fact]
    public async Task A_superuser_is_refused()
    {
        var sandbox = new PostgresSandbox(database.AsOwner, null, SandboxDatabase.Limits, TimeProvider.System);

        Assert.Contains("is a superuser", await sandbox.FindProblemAsync(none), StringComparison.Ordinal);
        await Assert.ThrowsAsync<SqlSandboxAwayException>(() => sandbox.RunAsync("SELECT 1", none));
    }

    [Theory]
    [InlineData("GRANT INSERT ON shop.orders TO {0}", "may write to shop.orders")]
    [InlineData("GRANT UPDATE (amount) ON shop.orders TO {0}", "may write to shop.orders")]
    [InlineData("GRANT CREATE ON SCHEMA shop TO {0}", "may create in the schema shop")]
    [InlineData("GRANT USAGE ON SEQUENCE shop.numbers TO {0}", "may move the sequence shop.numbers")]
    [InlineData("GRANT pg_read_server_files TO {0}", "is a member of pg_read_server_files")]
    [InlineData("ALTER ROLE {0} CREATEROLE", "may make roles")]
    public async Task A_role_that_can_do_more_than_read_is_refused(string grant, string problem)
    {
        var role = database.Role + "_" + Guid.NewGuid().ToString("N")[..8];
        await database.OwnerAsync($"CREATE ROLE {role} LOGIN PASSWORD 'x'");
        try
        {
            await database.OwnerAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, grant, role));
            var sandbox = new PostgresSandbox(database.As(role, "x"), "shop", SandboxDatabase.Limits, TimeProvider.System);

            Assert.Contains(problem, await sandbox.FindProblemAsync(none), StringComparison.Ordinal);
            await Assert.ThrowsAsync<SqlSandboxAwayException>(() => sandbox.RunAsync("SELECT 1", none));
        }
        finally
        {
            await database.OwnerAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
        }
    }

    [Fact]
    public async Task A_role_that_only_reads_is_let_in() => Assert.Null(await database.Sandbox.FindProblemAsync(none));

    [Fact]
    public async Task A_server_that_is_away_says_nothing_of_the_statement()
    {
        var away = new NpgsqlConnectionStringBuilder(database.ReaderConnectionString) { Port = 1 }.ConnectionString;

        await Assert.ThrowsAsync<SqlSandboxAwayException>(() =>
            new PostgresSandbox(away, null, SandboxDatabase.Limits, TimeProvider.System).RunAsync("SELECT 1", none)
        );
    }
}
