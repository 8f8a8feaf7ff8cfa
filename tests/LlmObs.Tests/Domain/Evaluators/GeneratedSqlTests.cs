using LlmObs.Domain;
using LlmObs.Domain.Evaluators.Sql;
using LlmObs.Domain.Spans;

namespace LlmObs.Tests.Domain.Evaluators;

public sealed class GeneratedSqlTests
{
    [Theory]
    [InlineData("SELECT 1;", "SELECT 1")]
    [InlineData("好的，如下：\n```sql\nSELECT store FROM orders\n```\n请查看。", "SELECT store FROM orders")]
    [InlineData("```\nWITH t AS (SELECT 1 AS a)\nSELECT a FROM t\n```", "WITH t AS (SELECT 1 AS a)\nSELECT a FROM t")]
    [InlineData("First\n```sql\nSELECT 1\n```\nno, better\n```sql\nSELECT 2\n```", "SELECT 2")]
    [InlineData("{\"explanation\":\"select a shop from the list\",\"sql\":\"SELECT 1\"}", "SELECT 1")]
    [InlineData("```json\n{\"sql\":\"SELECT 1\"}\n```", "SELECT 1")]
    [InlineData("{\"result\":{\"Query\":\"select * from orders;\"}}", "select * from orders")]
    [InlineData("[{\"text\":\"SELECT count(*) FROM orders\"}]", "SELECT count(*) FROM orders")]
    [InlineData("{\"sql\":\"SELEC store FORM orders\"}", "SELEC store FORM orders")]
    [InlineData("```sql\nSELEC store\n```", "SELEC store")]
    [InlineData("{\"query\":\"昨天的订单\",\"answer\":\"12\"}", null)]
    [InlineData("-- gmv\n/* of\n2026 */ (SELECT sum(a) FROM t)", "-- gmv\n/* of\n2026 */ (SELECT sum(a) FROM t)")]
    [InlineData("DROP TABLE orders", "DROP TABLE orders")]
    [InlineData("delete from orders", "delete from orders")]
    [InlineData("* | select count(1) as pv", "* | select count(1) as pv")]
    [InlineData("service: gateway | SELECT status FROM log", "service: gateway | SELECT status FROM log")]
    [InlineData("{\"sql\":\"\",\"explanation\":\"没有库存数据\"}", null)]
    [InlineData("Select the best shop from the list and tell me why.", null)]
    [InlineData("With this in mind, as you can see, sales grew.", null)]
    [InlineData("上海店卖得最好。", null)]
    [InlineData("{\"sql\": \"SELECT 1", null)]
    [InlineData("", null)]
    public void A_statement_is_found_in_whatever_surrounds_it(string text, string? sql) => Assert.Equal(sql, GeneratedSql.Within(text));

    [Fact]
    public void A_field_says_where_to_look()
    {
        var content = new SpanContent
        {
            Input = "SELECT 1",
            Output = "{\"plan\":{\"sql\":\"SELECT 2\"}}",
            Attributes = new JsonText("""{"db.query.text":"SELECT 3"}"""),
        };

        Assert.Equal("SELECT 2", GeneratedSql.Find(content, ""));
        Assert.Equal("SELECT 2", GeneratedSql.Find(content, "output.plan.sql"));
        Assert.Equal("SELECT 1", GeneratedSql.Find(content, "input"));
        Assert.Equal("SELECT 3", GeneratedSql.Find(content, "db.query.text"));
        Assert.Null(GeneratedSql.Find(content, "output.sql"));
        Assert.Null(GeneratedSql.Find(content, "no.such.attribute"));
    }

    [Fact]
    public void The_arguments_of_a_tool_call_are_looked_through()
    {
        var content = new SpanContent
        {
            Messages = [new("output", "assistant", [MessagePart.ToolCall("1", "run_sql", new("""{"sql":"SELECT 4"}"""))])],
        };

        Assert.Equal("SELECT 4", GeneratedSql.Find(content, ""));
    }
}
