using DuckDB.NET.Data;
using LlmObs.Domain.Evaluators.Sql;
using LlmObs.IntegrationTests.Support;
using LlmObs.IntegrationTests.TraceLog;
using LlmObs.Quality.Sql;
using LlmObs.Sls;

namespace LlmObs.IntegrationTests.Quality;

/// <summary>DuckDB: a file, opened so that nothing but reading is left.</summary>
public sealed class DuckDbSandboxTests : IDisposable
{
    private static readonly SqlLimits Limits = new(TimeoutMs: 1500, MaxRows: 50, MaxCharacters: 100_000);
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("llmobs-duckdb-");
    private readonly string file;
    private readonly DuckDbSandbox sandbox;

    public DuckDbSandboxTests()
    {
        file = Path.Combine(directory.FullName, "shop.db");
        using var connection = new DuckDBConnection($"DataSource={file}");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText =
            "CREATE TABLE orders AS SELECT range AS id, 'store ' || range % 3 AS store, range * 1.5 AS amount FROM range(20); CREATE SEQUENCE numbers;";
        command.ExecuteNonQuery();
        sandbox = new(file, Limits, TimeProvider.System);
    }

    public void Dispose() => directory.Delete(recursive: true);

    [Theory]
    [InlineData("DROP TABLE orders")]
    [InlineData("DELETE FROM orders")]
    [InlineData("UPDATE orders SET amount = 0")]
    [InlineData("INSERT INTO orders SELECT * FROM orders")]
    [InlineData("WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone")]
    [InlineData("CREATE TABLE mine (a int)")]
    [InlineData("CREATE TEMP TABLE mine AS SELECT 1")]
    [InlineData("CREATE SECRET mine (TYPE s3)")]
    [InlineData("EXPORT DATABASE '/tmp/llmobs-export'")]
    [InlineData("IMPORT DATABASE '/tmp/llmobs-export'")]
    [InlineData("SELECT 1; DROP TABLE orders")]
    [InlineData("SELECT 1; SELECT 2")]
    [InlineData("SELECT 1) AS q (c1); DROP TABLE orders; --")]
    [InlineData("COPY orders TO '/tmp/llmobs-orders.csv'")]
    [InlineData("SELECT * FROM read_csv('/etc/passwd')")]
    [InlineData("SELECT * FROM read_text('/etc/passwd')")]
    [InlineData("SELECT * FROM read_blob('/etc/passwd')")]
    [InlineData("SELECT * FROM read_json('/etc/passwd')")]
    [InlineData("SELECT * FROM read_csv('http://127.0.0.1:1/x.csv')")]
    [InlineData("SELECT * FROM '/etc/passwd'")]
    [InlineData("SELECT * FROM glob('/*')")]
    [InlineData("ATTACH '/tmp/other.db'")]
    [InlineData("INSTALL httpfs")]
    [InlineData("LOAD httpfs")]
    [InlineData("SET enable_external_access = true")]
    [InlineData("RESET enable_external_access")]
    [InlineData("PRAGMA database_list")]
    [InlineData("SELECT nextval('numbers')")]
    [InlineData("CALL pragma_version()")]
    public async Task Nothing_gets_through(string sql)
    {
        var before = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);

        var run = await sandbox.RunAsync(sql, TestContext.Current.CancellationToken);

        Assert.NotEqual(SqlOutcome.Ok, run.Outcome);
        Assert.Null(run.Result);
        Assert.False(string.IsNullOrEmpty(run.Message));
        Assert.Equal(before, await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("SELECT store, sum(amount) FROM orders GROUP BY store", SqlOutcome.Ok)]
    [InlineData("WITH t AS (SELECT 1 AS a) SELECT a FROM t", SqlOutcome.Ok)]
    [InlineData("SELEC 1", SqlOutcome.Syntax)]
    [InlineData("SELECT * FROM nowhere", SqlOutcome.UnknownTable)]
    [InlineData("SELECT gmv FROM orders", SqlOutcome.UnknownColumn)]
    [InlineData("SELECT store::int FROM orders", SqlOutcome.Type)]
    [InlineData("SELECT sum(store) FROM orders", SqlOutcome.Type)]
    [InlineData("SELECT count(*) FROM range(10000000) a, range(10000000) b", SqlOutcome.Timeout)]
    [InlineData("WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t", SqlOutcome.Timeout)]
    [InlineData("SELECT repeat('x', 90000)", SqlOutcome.TooLarge)]
    public async Task An_outcome_has_its_kind(string sql, SqlOutcome outcome) =>
        Assert.Equal(outcome, (await sandbox.RunAsync(sql, TestContext.Current.CancellationToken)).Outcome);

    [Theory]
    [InlineData("SELEC 1", 1)]
    [InlineData("SELECT gmv FROM orders", 8)]
    [InlineData("SELECT '门店', gmv FROM orders", 14)]
    [InlineData("SELECT * FROM nowhere", 15)]
    [InlineData("SELECT sum(store) FROM orders", 8)]
    [InlineData("SELECT '门店', store::int FROM orders", 19)]
    [InlineData("SELECT repeat('x', 90000)", null)]
    public async Task An_error_has_its_place(string sql, int? position)
    {
        var run = await sandbox.RunAsync(sql, TestContext.Current.CancellationToken);

        Assert.Equal(position, run.Position);
        Assert.DoesNotContain("exception_type", run.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_result_has_its_columns_and_rows_up_to_the_limit()
    {
        var run = await sandbox.RunAsync("SELECT a.store, a.amount, b.id > 3 AS big FROM orders a, orders b", TestContext.Current.CancellationToken);

        Assert.Equal([SqlColumnType.Text, SqlColumnType.Number, SqlColumnType.Boolean], run.Result!.Columns.Select(column => column.Type));
        Assert.Equal((50, true), (run.Result.Rows.Count, run.Result.IsCut));
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_said_so() =>
        Assert.Contains(
            "There is no file",
            await new DuckDbSandbox(file + "x", Limits, TimeProvider.System).FindProblemAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
}

/// <summary>SLS query and SQL, against the emulator.</summary>
public sealed class SlsSandboxTests(SlsSandboxTests.Logs logs) : IClassFixture<SlsSandboxTests.Logs>
{
    public sealed class Logs : IAsyncLifetime
    {
        private readonly HttpClient http = SlsClient.CreateHttp();
        private LocalSls? sls;

        internal SlsSandbox Sandbox { get; private set; } = null!;

        /// <summary>The same with less time.</summary>
        internal SlsSandbox Hurried { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            sls = await LocalSls.StartAsync();
            await sls.Store.EnsureAsync(CancellationToken.None);
            await sls.Store.WriteAsync("default", Guid.NewGuid(), [Spans.Chat(), Spans.Chat(), Spans.Full()], CancellationToken.None);
            Sandbox = In(sls.Client);
            Hurried = In(new(SlsOptions.Parse(sls.ConnectionString) with { Timeout = TimeSpan.FromSeconds(1.5) }, http, TimeProvider.System));
        }

        private static SlsSandbox In(SlsClient client) =>
            new(client, "llmobs-traces", TimeSpan.FromHours(1), new(5000, 50, 100_000), TimeProvider.System);

        public ValueTask DisposeAsync()
        {
            http.Dispose();
            return sls?.DisposeAsync() ?? ValueTask.CompletedTask;
        }
    }

    [Theory]
    [InlineData("* | select service, count(1) as n from log group by service order by n desc", SqlOutcome.Ok)]
    [InlineData("spanKind: llm", SqlOutcome.Ok)]
    [InlineData("* | selec count(1)", SqlOutcome.Syntax)]
    [InlineData("* | select nope from log", SqlOutcome.UnknownColumn)]
    [InlineData("* | select count(1) from nowhere", SqlOutcome.UnknownTable)]
    [InlineData("* | select service from log where duration = '200'", SqlOutcome.Type)]
    [InlineData("* | drop table log", SqlOutcome.Syntax)]
    [InlineData("* | set session parallel_sql=true; select count(1) from log", SqlOutcome.Permission)]
    [InlineData("select count(1) from log", SqlOutcome.Syntax)]
    public async Task An_outcome_has_its_kind(string query, SqlOutcome outcome)
    {
        var run = await logs.Sandbox.RunAsync(query, TestContext.Current.CancellationToken);

        Assert.Equal((outcome, run.Message), (run.Outcome, run.Message));
        Assert.Equal(outcome == SqlOutcome.Ok, run.Result is not null);
    }

    [Theory]
    [InlineData("* | delete from log")]
    [InlineData("* | update log set service = 'x'")]
    [InlineData("* | insert into log values (1)")]
    [InlineData("* | with gone as (delete from log returning *) select * from gone")]
    [InlineData("* | create table mine as select 1")]
    [InlineData("* | create view mine as select 1")]
    [InlineData("* | select 1; drop table log")]
    [InlineData("* | select count(1) from log; select 2")]
    [InlineData("* | copy log to '/tmp/llmobs-log.csv'")]
    [InlineData("* | export database '/tmp/llmobs-export'")]
    [InlineData("* | select * from read_csv('/etc/passwd')")]
    [InlineData("* | select * from read_text('/etc/passwd')")]
    [InlineData("* | select * from '/etc/passwd'")]
    [InlineData("* | select * from glob('/*')")]
    [InlineData("* | select * from read_csv('http://127.0.0.1:1/x.csv')")]
    [InlineData("* | attach '/tmp/other.db'")]
    [InlineData("* | install httpfs")]
    [InlineData("* | load httpfs")]
    [InlineData("* | set memory_limit = '100GB'")]
    [InlineData("* | pragma database_list")]
    [InlineData("* | call pragma_version()")]
    [InlineData("* | select * from duckdb_settings()")]
    [InlineData("* | select getenv('HOME')")]
    [InlineData("* | set session parallel_sql=true; select count(1) from log")]
    [InlineData("* | SET \n SESSION parallel_sql=true; select count(1) from log")]
    [InlineData("* | set/* a comment */session parallel_sql=true; select count(1) from log")]
    public async Task Nothing_gets_through(string query)
    {
        var run = await logs.Sandbox.RunAsync(query, TestContext.Current.CancellationToken);

        Assert.NotEqual(SqlOutcome.Ok, run.Outcome);
        Assert.Null(run.Result);
        Assert.False(string.IsNullOrEmpty(run.Message));
        var left = await logs.Sandbox.RunAsync("* | select count(1) as n from log", TestContext.Current.CancellationToken);
        Assert.Equal(["3"], Assert.Single(left.Result!.Rows));
    }

    [Theory]
    [InlineData(
        "* | select count(1) from log a cross join unnest(sequence(1, 10000)) as b (x) cross join unnest(sequence(1, 10000)) as c (y) cross join unnest(sequence(1, 10000)) as d (z)"
    )]
    public async Task What_does_not_end_is_ended(string query) =>
        Assert.Equal(SqlOutcome.Timeout, (await logs.Hurried.RunAsync(query, TestContext.Current.CancellationToken)).Outcome);

    [Fact]
    public async Task Too_much_is_refused()
    {
        var run = await logs.Sandbox.RunAsync(
            "* | select lpad('x', 10000, 'x') as a from log cross join unnest(sequence(1, 12)) as t (n)",
            TestContext.Current.CancellationToken
        );

        Assert.Equal(SqlOutcome.TooLarge, run.Outcome);
        Assert.Null(run.Result);
    }

    [Fact]
    public async Task A_column_is_what_its_values_look_like()
    {
        var run = await logs.Sandbox.RunAsync("* | select service, count(1) as n from log group by service", TestContext.Current.CancellationToken);

        Assert.Equal(["service", "n"], run.Result!.Columns.Select(column => column.Name));
        Assert.Equal([SqlColumnType.Text, SqlColumnType.Number], run.Result.Columns.Select(column => column.Type));
        Assert.Equal(["copilot", "3"], Assert.Single(run.Result.Rows));
    }

    [Fact]
    public async Task The_logstore_is_checked()
    {
        Assert.Null(await logs.Sandbox.FindProblemAsync(TestContext.Current.CancellationToken));
    }
}
