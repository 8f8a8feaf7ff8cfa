using CsCheck;
using LlmObs.Domain.Evaluators.Sql;

namespace LlmObs.Tests.Domain.Evaluators;

public sealed class CalledFunctionsTests
{
    [Theory]
    [InlineData("SELECT pg_sleep(1)", "pg_sleep")]
    [InlineData("SELECT PG_Sleep (1)", "pg_sleep")]
    [InlineData("SELECT pg_catalog.pg_sleep\n/* a /* nested */ remark */ -- and another\n(1)", "pg_sleep")]
    [InlineData("SELECT \"pg_sleep\"(1), \"we\"\"ird\"(2)", "pg_sleep,we\"ird")]
    [InlineData("SELECT 'pg_sleep(1)', $$pg_sleep(2)$$, $a$ lo_get(1) $$ $a$", "")]
    [InlineData("SELECT E'it\\'s pg_sleep(1)', lower('x')", "lower")]
    [InlineData("SELECT e'\\\\', upper('x')", "upper")]
    [InlineData("SELECT 'a\\', upper('x')", "upper")]
    [InlineData("SELECT 'a''b', sum(x) FROM t WHERE id IN (1)", "sum,in")]
    [InlineData("SELECT $1, f$x(1)", "f$x")]
    [InlineData("SELECT 日期(1)", "日期")]
    [InlineData("SELECT namee'x(1)'", "")]
    public void Names_before_a_parenthesis_are_found(string sql, string names) =>
        Assert.Equal(
            names.Split(',', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal),
            CalledFunctions.In(sql)!.Order(StringComparer.Ordinal)
        );

    [Theory]
    [InlineData("SELECT U&\"pg\\005fsleep\"(1)")]
    [InlineData("SELECT u&'x'")]
    [InlineData("SELECT 'open")]
    [InlineData("SELECT \"open")]
    [InlineData("SELECT /* open")]
    [InlineData("SELECT /* /* */")]
    [InlineData("SELECT $a$ open $b$")]
    public void What_cannot_be_judged_is_not(string sql) => Assert.Null(CalledFunctions.In(sql));

    [Fact]
    public void No_text_makes_it_throw() => Gen.String.Sample(text => CalledFunctions.In(text) is null || text.Length >= 0);
}
