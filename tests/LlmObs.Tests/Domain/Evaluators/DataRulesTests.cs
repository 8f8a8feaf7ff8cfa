using LlmObs.Domain.Evaluators.Sql;

namespace LlmObs.Tests.Domain.Evaluators;

public sealed class DataRulesTests
{
    private static readonly SqlColumn Store = new("store", SqlColumnType.Text);
    private static readonly SqlColumn Gmv = new("gmv", SqlColumnType.Number);
    private static readonly SqlColumn Day = new("day", SqlColumnType.Time);

    [Fact]
    public void A_good_result_passes_every_rule_that_has_a_reason_to_be_asked()
    {
        var results = DataRules.Check(Table([Store, Gmv], ["上海", "10"], ["北京", "8"], ["广州", "7"]), "各门店的成交额排名，哪家最高？", new());

        Assert.All(results, result => Assert.True(result.Passed, result.Detail));
        Assert.Equal(DataRules.Names, results.Select(result => result.Rule));
    }

    [Fact]
    public void No_rows_is_empty() => Assert.Equal([DataRules.NotEmpty], Failed(Table([Gmv]), "成交额是多少"));

    [Fact]
    public void Nothing_but_NULL_is_no_result() => Assert.Equal([DataRules.NotAllNull], Failed(Table([Gmv], new string?[] { null }), "成交额是多少"));

    [Theory]
    [InlineData("各门店的成交额", true)]
    [InlineData("GMV per store", true)]
    [InlineData("成交额都一样的门店", false)]
    public void Equal_numbers_are_odd_where_variety_was_asked(string question, bool isOdd) =>
        Assert.Equal(isOdd, Failed(Table([Store, Gmv], ["a", "5"], ["b", "5"], ["c", "5"]), question).Contains(DataRules.Varied));

    [Theory]
    [InlineData("最近 7 天的订单趋势", "store,gmv", true)]
    [InlineData("最近 7 天的订单趋势", "day,gmv", false)]
    [InlineData("orders by day", "store,gmv", true)]
    [InlineData("退款率是多少", "store", true)]
    [InlineData("How many orders were paid?", "gmv", false)]
    [InlineData("哪家店卖得最好", "gmv", true)]
    [InlineData("Which store sold most?", "store,gmv", false)]
    [InlineData("列出门店", "store", false)]
    public void A_question_needs_its_columns(string question, string columns, bool lacks)
    {
        var wanted = columns
            .Split(',')
            .Select(name =>
                name == "store" ? Store
                : name == "day" ? Day
                : Gmv
            )
            .ToList();
        var table = new SqlTable(
            wanted,
            [
                [.. wanted.Select(column => column == Gmv ? "1" : "x")],
            ],
            false
        );

        Assert.Equal(lacks, Failed(table, question).Contains(DataRules.NeededColumns));
    }

    [Theory]
    [InlineData("gmv", "1e13", true)]
    [InlineData("gmv", "NaN", true)]
    [InlineData("gmv", "-5", false)]
    [InlineData("order_count", "-5", true)]
    [InlineData("refund_pct", "250", true)]
    [InlineData("refund_pct", "25", false)]
    [InlineData("占比", "101", true)]
    [InlineData("gmv", null, false)]
    public void Numbers_stay_within_what_is_plausible(string column, string? value, bool isOdd) =>
        Assert.Equal(isOdd, Failed(Table([new(column, SqlColumnType.Number), Store], [value, "x"]), "列出").Contains(DataRules.Magnitude));

    [Fact]
    public void A_rule_can_be_switched_off() =>
        Assert.DoesNotContain(DataRules.Check(Table([Gmv]), null, new([DataRules.NotEmpty])), result => result.Rule == DataRules.NotEmpty);

    private static IEnumerable<string> Failed(SqlTable table, string question) =>
        DataRules.Check(table, question, new()).Where(result => !result.Passed).Select(result => result.Rule);

    private static SqlTable Table(IReadOnlyList<SqlColumn> columns, params IReadOnlyList<string?>[] rows) => new(columns, rows, false);
}
