using LlmObs.SqlCopilot.Scripted;
using LlmObs.SqlCopilot.Shop;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace LlmObs.IntegrationTests.SqlCopilot;

/// <summary>What a model may do to the database with the SQL it writes: read the shop, for a moment, and nothing else.</summary>
public sealed class ShopReaderTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    private readonly ShopReader _reader = shop.Services.GetRequiredService<ShopReader>();

    [Fact]
    public async Task Reads_the_shop()
    {
        var result = await QueryAsync("SELECT s.name, s.name_en FROM stores s ORDER BY s.store_id LIMIT 1");

        Assert.Equal("| name | name_en |\n| --- | --- |\n| 上海静安店 | Shanghai Jing'an |", result.ToMarkdown());
    }

    [Theory]
    [InlineData("INSERT INTO channels VALUES (9, 'x', 'x', 'x')")]
    [InlineData("UPDATE orders SET pay_amount = 0")]
    [InlineData("WITH gone AS (DELETE FROM refunds RETURNING 1) SELECT count(*) FROM gone")]
    [InlineData("DROP TABLE refunds")]
    [InlineData("CREATE TABLE mine (id integer)")]
    [InlineData("CREATE TEMP TABLE mine (id integer)")]
    [InlineData("SELECT * FROM orders FOR UPDATE")]
    [InlineData("SELECT set_config('transaction_read_only', 'off', true)")]
    public async Task Cannot_write(string sql)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => QueryAsync(sql));

        Assert.Contains(refused.SqlState, (string[])["25006", "42501", "25001"]);
    }

    [Theory]
    [InlineData("SET TRANSACTION READ WRITE")]
    [InlineData("SET default_transaction_read_only = off")]
    public async Task Cannot_write_either_after_a_statement_that_lifts_the_limit(string sql)
    {
        await QueryAsync(sql);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => QueryAsync("CREATE TEMP TABLE mine (id integer)"));
        Assert.Equal("25006", refused.SqlState);
    }

    [Theory]
    [InlineData("SELECT * FROM public.secrets")]
    [InlineData("SELECT * FROM private.secrets")]
    [InlineData("SELECT rolpassword FROM pg_authid")]
    [InlineData("SELECT pg_read_file('postgresql.conf')")]
    [InlineData("SET ROLE postgres")]
    public async Task Cannot_read_anything_else(string sql)
    {
        await shop.AsOwnerAsync(
            """
            CREATE TABLE IF NOT EXISTS public.secrets (id integer);
            CREATE SCHEMA IF NOT EXISTS private; CREATE TABLE IF NOT EXISTS private.secrets (id integer);
            """
        );

        var refused = await Assert.ThrowsAsync<PostgresException>(() => QueryAsync(sql));

        Assert.Contains(refused.SqlState, (string[])["42501", "22023"]);
    }

    [Fact]
    public async Task Cannot_run_a_second_statement() =>
        Assert.Equal("42601", (await Assert.ThrowsAsync<PostgresException>(() => QueryAsync("SELECT 1; SET statement_timeout = 0"))).SqlState);

    [Fact]
    public async Task Is_cancelled_at_the_time_limit_also_after_it_tried_to_lift_it()
    {
        await QueryAsync("SELECT set_config('statement_timeout', '0', false)");
        var refused = await Assert.ThrowsAsync<PostgresException>(() => QueryAsync("SELECT pg_sleep(20)"));

        Assert.Equal("57014", refused.SqlState);
    }

    [Fact]
    public async Task Reads_no_more_rows_than_allowed_and_says_so()
    {
        var result = await QueryAsync("SELECT order_id FROM orders");

        Assert.Equal(50, result.Rows.Count);
        Assert.True(result.Cut);
        Assert.False((await QueryAsync("SELECT order_id FROM orders LIMIT 50")).Cut);
    }

    [Fact]
    public async Task Every_template_of_the_scripted_model_can_be_planned()
    {
        var questions =
            from metric in new[] { "gmv", "orders", "aov", "units", "refund_rate", "refund_amount", "new_members", "bought_together" }
            from dimension in new[] { null, "store", "city", "channel", "category", "product", "day", "month" }
            from filter in new (string? City, string? Category, string? Channel)[]
            {
                (null, null, null),
                ("上海", null, null),
                (null, "茶饮", null),
                (null, null, "pos"),
                ("西安", "咖啡", "app"),
            }
            select new ScriptedQuestion(metric, dimension, filter.City, filter.Category, filter.Channel, "last_month", Top: 5, Chinese: true);

        foreach (var question in questions)
        {
            var sql = ScriptedSql.Write(question, ScriptedSql.Right);
            Assert.True(await Record.ExceptionAsync(() => QueryAsync("EXPLAIN " + sql)) is null, $"{question}\n{sql}");
        }
    }

    [Theory]
    [InlineData("gmv", "gmv_amount", "42703")]
    [InlineData("refund_rate", "pay_amount", "22012")]
    [InlineData("bought_together", "pay_amount", "57014")]
    public async Task The_mistakes_of_the_scripted_model_really_fail(string metric, string revenue, string sqlState)
    {
        var question = new ScriptedQuestion(metric, "store", null, null, null, "last_7_days", null, Chinese: true);

        var failure = await Assert.ThrowsAsync<PostgresException>(() => QueryAsync(ScriptedSql.Write(question, new(revenue, Careful: false))));

        Assert.Equal(sqlState, failure.SqlState);
    }

    private Task<ShopResult> QueryAsync(string sql) => _reader.QueryAsync(sql, TestContext.Current.CancellationToken);
}
