using LlmObs.Domain.Evaluators.Sql;

namespace LlmObs.IntegrationTests.Quality;

public sealed class SandboxOutcomeTests(SandboxDatabase database) : IClassFixture<SandboxDatabase>
{
    [Theory]
    [InlineData("SELEC store FROM orders", SqlOutcome.Syntax, "42601", 1)]
    [InlineData("SELECT store FROM orders WHERE", SqlOutcome.Syntax, "42601", 31)]
    [InlineData("SELECT store, sum(amount) FROM orders", SqlOutcome.Syntax, "42803", 8)]
    [InlineData("SELECT * FROM orderz", SqlOutcome.UnknownTable, "42P01", 15)]
    [InlineData("SELECT * FROM nowhere.orders", SqlOutcome.UnknownTable, "42P01", 15)]
    [InlineData("SELECT gmv FROM orders", SqlOutcome.UnknownColumn, "42703", 8)]
    [InlineData("SELECT o.gmv FROM orders AS o", SqlOutcome.UnknownColumn, "42703", 8)]
    [InlineData("SELECT amount + store FROM orders", SqlOutcome.Type, "42883", 15)]
    [InlineData("SELECT sum(store) FROM orders", SqlOutcome.Type, "42883", 8)]
    [InlineData("SELECT * FROM orders WHERE ordered_on = 'soon'", SqlOutcome.Type, "22007", 41)]
    [InlineData("SELECT store::int FROM orders", SqlOutcome.Type, "22P02", null)]
    [InlineData("SELECT 1 / (id - id) FROM orders", SqlOutcome.Other, "22012", null)]
    [InlineData("SELECT * FROM orders WHERE id = $1", SqlOutcome.Syntax, null, null)]
    [InlineData("SELECT * FROM secrets", SqlOutcome.Permission, "42501", null)]
    public async Task An_error_has_its_kind_and_place(string sql, SqlOutcome outcome, string? code, int? position)
    {
        var run = await database.Sandbox.RunAsync(sql, TestContext.Current.CancellationToken);

        Assert.Equal(outcome, run.Outcome);
        Assert.False(string.IsNullOrEmpty(run.Message));
        if (code is not null)
        {
            Assert.Equal((code, position), (run.Code, run.Position));
        }
    }

    [Fact]
    public async Task A_result_has_its_columns_and_its_values_as_text()
    {
        var run = await database.Sandbox.RunAsync(
            "-- a remark\nSELECT store, sum(amount), sum(amount), max(ordered_on), true AS yes, NULL::text AS nothing, ARRAY[1] AS list FROM orders GROUP BY store ORDER BY store LIMIT 1",
            TestContext.Current.CancellationToken
        );

        Assert.Equal((SqlOutcome.Ok, null), (run.Outcome, run.Message));
        Assert.Equal(
            [
                SqlColumnType.Text,
                SqlColumnType.Number,
                SqlColumnType.Number,
                SqlColumnType.Time,
                SqlColumnType.Boolean,
                SqlColumnType.Text,
                SqlColumnType.Other,
            ],
            run.Result!.Columns.Select(column => column.Type)
        );
        Assert.Equal(["store 0", "94.50", "94.50", "2026-11-19", "true", null, "{1}"], Assert.Single(run.Result.Rows));
    }

    [Theory]
    [InlineData("WITH t AS (SELECT 1 AS a) SELECT a FROM t")]
    [InlineData("VALUES (1), (2)")]
    [InlineData("TABLE orders")]
    [InlineData("(SELECT 1) UNION ALL (SELECT 2) ORDER BY 1")]
    [InlineData("SELECT store, row_number() OVER (PARTITION BY store ORDER BY amount DESC) FROM orders -- ranked")]
    public async Task Whatever_reads_may_run(string sql)
    {
        var run = await database.Sandbox.RunAsync(sql, TestContext.Current.CancellationToken);

        Assert.Equal((SqlOutcome.Ok, null), (run.Outcome, run.Message));
    }
}
