using LlmObs.Domain.Evaluators;
using LlmObs.Domain.Evaluators.Rules;

namespace LlmObs.Tests.Domain.Evaluators;

public sealed class AnswerRulesTests
{
    [Theory]
    [InlineData("上个月哪家店卖得最好？", "上海店卖得最好，成交额 12,000 元。", true)]
    [InlineData("上个月哪家店卖得最好？", "The Shanghai store sold most last month.", false)]
    [InlineData("Which store sold most last month?", "The Shanghai store sold most.", true)]
    [InlineData("Which store sold most last month?", "上海店上个月卖得最好。", false)]
    [InlineData("Which store sold most last month?", "The store 上海店 sold most last month.", true)]
    [InlineData("上个月 GMV 是多少？", "上个月的 GMV 为 12,000 元，来自 `orders.pay_amount`。", true)]
    [InlineData("上个月 GMV 是多少？", "12,000", null)]
    [InlineData("写一条 SQL 查订单数", "```sql\nSELECT count(*) FROM orders\n```", null)]
    public void The_answer_is_in_the_language_of_the_question(string question, string answer, bool? passed) =>
        Assert.Equal(passed, Passed("language", Subjects.Answered(question, answer)));

    [Theory]
    [InlineData("抱歉，我无法回答这个问题。", false)]
    [InlineData("对不起，作为语言模型，我不能执行该请求", false)]
    [InlineData("很遗憾，目前没有相关数据，无法回答您的问题。", false)]
    [InlineData("I'm sorry, but I can't help with that.", false)]
    [InlineData("I cannot answer questions about employees.", false)]
    [InlineData("As an AI, I am unable to see your data.", false)]
    [InlineData("退款最多的原因是“无法使用”，共 12 单。", true)]
    [InlineData("Most refunds say “I cannot open the lid”.", true)]
    [InlineData("上海店成交额最高。", true)]
    public void A_refusal_is_known_by_its_beginning(string answer, bool passed) =>
        Assert.Equal(passed, Passed("refusal", Subjects.Answered("q", answer)));

    [Theory]
    [InlineData("销售额在增长。销售额在增长。销售额在增长。销售额在增长。", false)]
    [InlineData("Sales grow. Sales grow. Sales grow. Sales grow. Sales grow.", false)]
    [InlineData("好的好的好的好的好的好的好的好的好的好的", false)]
    [InlineData("上海 12 单，北京 12 单，广州 12 单，深圳 12 单。", true)]
    [InlineData("| a | b |\n| 1 | 2 |\n| 1 | 2 |\n| 1 | 2 |\n| 1 | 2 |", true)]
    [InlineData("--------------------------------\ntext", true)]
    public void Text_that_repeats_is_found(string answer, bool passed) => Assert.Equal(passed, Passed("repetition", Subjects.Answered("q", answer)));

    [Fact]
    public void An_answer_is_cut_when_the_model_says_so_or_something_is_open()
    {
        Assert.False(Passed("cut", Subjects.Answered("q", "一半", Subjects.Model("length"))));
        Assert.True(Passed("cut", Subjects.Answered("q", "whole", Subjects.Model("stop"))));
        Assert.False(Passed("cut", Subjects.Answered("q", "```sql\nSELECT")));
        Assert.False(Passed("cut", Subjects.Answered("q", "{\"a\": [1, 2")));
        Assert.Null(Passed("cut", Subjects.Answered("q", null)));
    }

    [Theory]
    [InlineData("json", "{\"a\":1}", true)]
    [InlineData("json", "```json\n{\"a\":1}\n```", true)]
    [InlineData("json", "a: 1", false)]
    [InlineData("sql", "```sql\nSELECT 1\n```", true)]
    [InlineData("sql", "没有 SQL", false)]
    [InlineData("markdown_table", "| a | b |\n| --- | --- |\n| 1 | 2 |", true)]
    [InlineData("markdown_table", "a, b", false)]
    public void The_answer_has_the_form_agreed(string format, string answer, bool passed) =>
        Assert.Equal(passed, Passed("format", Subjects.Answered("q", answer), new(["format"]) { Format = format }));

    [Fact]
    public void A_search_that_found_nothing_fails_and_no_search_says_nothing()
    {
        Assert.False(Passed("retrieval", Subjects.Answered("q", "a", Subjects.Retrieved())));
        Assert.True(Passed("retrieval", Subjects.Answered("q", "a", Subjects.Retrieved("doc"))));
        Assert.Null(Passed("retrieval", Subjects.Answered("q", "a")));
    }

    [Theory]
    [InlineData("上海店的退款率最高，为 12.5%，主要原因是口味不符。", "上海店 退款率 12.50 主要原因 口味不符", true)]
    [InlineData("北京店利润翻倍，净利率达到 88%，建议立刻扩张。", "上海店 退款率 12.5 主要原因 口味不符", false)]
    [InlineData("The Shanghai store refunded 1,234 orders, most for taste.", "store: Shanghai, refunded orders 1234, reason taste, most", true)]
    [InlineData("Profits doubled because management changed suppliers.", "store: Shanghai, refunded orders 1234", false)]
    public void An_answer_rests_on_what_was_retrieved(string answer, string source, bool passed)
    {
        Assert.Equal(passed, Passed("grounded", Subjects.Answered("哪家店退款最多", answer, Subjects.Retrieved(source))));
        Assert.Equal(passed, Passed("grounded", Subjects.Answered("哪家店退款最多", answer, Subjects.Called("sql", "{}", result: source))));
        Assert.Null(Passed("grounded", Subjects.Answered("哪家店退款最多", answer)));
    }

    [Fact]
    public void Time_and_money_have_limits()
    {
        Assert.True(Passed("latency", Subjects.Answered("q", "a"), new(["latency"]) { LatencyMs = 2000 }));
        Assert.False(Passed("latency", Subjects.Answered("q", "a"), new(["latency"]) { LatencyMs = 1999 }));
        Assert.True(Passed("cost", Subjects.Answered("q", "a", Subjects.Costing(0.10m))));
        Assert.False(Passed("cost", Subjects.Answered("q", "a", Subjects.Costing(0.06m), Subjects.Costing(0.05m))));
        Assert.Null(Passed("cost", Subjects.Answered("q", "a")));
    }

    [Fact]
    public void Tools_that_fail_and_calls_that_repeat_are_found()
    {
        Assert.False(Passed("tool_error", Subjects.Answered("q", "a", Subjects.Called("sql", "{}"), Subjects.Called("web", "{}", "timed out"))));
        Assert.True(Passed("tool_error", Subjects.Answered("q", "a", Subjects.Called("sql", "{}"))));
        Assert.Null(Passed("tool_error", Subjects.Answered("q", "a")));

        var again = Enumerable.Range(0, 3).Select(_ => Subjects.Called("sql", "{\"q\":1}")).ToList();
        Assert.False(Passed("loop", Subjects.Answered("q", "a", again)));
        Assert.True(Passed("loop", Subjects.Answered("q", "a", [again[0], again[1], Subjects.Called("sql", "{\"q\":2}")])));
    }

    [Fact]
    public void A_finding_names_its_rule_and_says_what_was_found()
    {
        var finding = Assert.Single(AnswerRules.Check(Subjects.Answered("q", "抱歉，我无法回答"), new(["refusal", "retrieval"])));

        Assert.Equal(("rule.refusal", 0.0, "code"), (finding.Name, finding.Value, finding.Source));
        Assert.Contains("抱歉", finding.Comment, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_judged_span_and_what_is_below_it_counts()
    {
        var elsewhere = Subjects.Called("web", "{}", "failed");
        var subject = Subjects.Answered("q", "a", elsewhere with { Span = elsewhere.Span with { ParentSpanId = "other" } });

        Assert.Null(Passed("tool_error", subject));
    }

    private static bool? Passed(string rule, Subject subject, RuleSettings? settings = null) =>
        AnswerRules.Check(subject, settings ?? new([rule])) is [var finding] ? finding.Value == 1 : null;
}
