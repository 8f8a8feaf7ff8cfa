using System.Text.Json.Nodes;
using LlmObs.SqlCopilot.Scripted;

namespace LlmObs.Tests.SqlCopilot;

/// <summary>The scripted judge compares; it has no verdict ready.</summary>
public sealed class ScriptedJudgeTests
{
    [Theory]
    [InlineData("最近7天上海各门店的GMV是多少？")]
    [InlineData("本月各渠道的退款率是多少？")]
    [InlineData("Show the orders by city last month, top 5.")]
    [InlineData("Show the average order value in Beijing yesterday.")]
    [InlineData("最近30天咖啡各商品的销量是多少（前3名）？")]
    [InlineData("哪些商品经常被一起购买（前10名）？")]
    [InlineData("今天小程序的订单数是多少？")]
    public void Reads_back_the_question_that_a_statement_answers(string question)
    {
        var asked = ScriptedQuestion.Parse(question);
        var back = ScriptedJudge.Read(ScriptedSql.Write(asked, ScriptedSql.Right), asked.Chinese);

        Assert.Equal(1.0, Score($"<first>\n{back.Say()}\n</first>\n<second>\n{question}\n</second>"));
    }

    [Theory]
    [InlineData("最近7天上海各门店的GMV是多少？", "最近7天北京各门店的GMV是多少？", 0.75)]
    [InlineData("最近7天上海各门店的GMV是多少？", "最近7天上海各门店的退款率是多少？", 0.75)]
    [InlineData("新会员数", "天气怎么样", 0)]
    public void Questions_that_differ_in_a_part_are_less_alike(string first, string second, double expected) =>
        Assert.Equal(expected, Score($"<first>\n{first}\n</first>\n<second>\n{second}\n</second>"), 2);

    [Theory]
    [InlineData("那北京呢？", "最近7天北京各门店的GMV是多少？", 1)]
    [InlineData("那北京呢？", "最近7天上海各门店的GMV是多少？", 0.75)]
    [InlineData("新会员数", "最近7天上海各门店的GMV是多少？", 0)]
    public void A_follow_up_is_completed_by_what_was_asked_before_and_a_whole_question_is_not(string second, string first, double expected)
    {
        const string Earlier = "<earlier>\n昨天的退款率\n最近7天上海各门店的GMV是多少？\n</earlier>\n";
        Assert.Equal(expected, Score($"{Earlier}<first>\n{first}\n</first>\n<second>\n{second}\n</second>"), 2);
    }

    [Fact]
    public void An_answer_is_relevant_as_far_as_it_has_what_was_asked_for()
    {
        const string Question = "<question>\n最近7天上海各门店的GMV是多少？\n</question>\n";
        Assert.Equal(1, Score(Question + "<answer>\n最近7天上海各门店的GMV是 1,200 元。\n</answer>"));
        Assert.Equal(0.75, Score(Question + "<answer>\n最近7天各门店的GMV是 1,200 元。\n</answer>"));
        Assert.Equal(0, Score(Question + "<answer>\n查询失败。\n</answer>"));
    }

    [Fact]
    public void Figures_that_are_not_in_the_sources_are_not_faithful()
    {
        const string Asked = "<question>\nGMV?\n</question>\n";
        const string Sources = "\n<context>\n| store | 1200 |\n| 上海 | 35.5 |\n</context>";
        Assert.Equal(1, Score(Asked + "<answer>\n1,200 and 35.5\n</answer>" + Sources));
        Assert.Equal(0.5, Score(Asked + "<answer>\n1,200 and 99\n</answer>" + Sources));
    }

    [Fact]
    public void What_asks_for_no_judgement_gets_none() => Assert.Null(ScriptedJudge.Reply("最近7天的GMV是多少？"));

    private static double Score(string text) => (double)JsonNode.Parse(ScriptedJudge.Reply(text)!)!["score"]!;
}
