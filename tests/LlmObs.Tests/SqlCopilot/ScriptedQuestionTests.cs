using LlmObs.SqlCopilot.Scripted;

namespace LlmObs.Tests.SqlCopilot;

public sealed class ScriptedQuestionTests
{
    private static readonly string?[] Metrics = ["gmv", "orders", "aov", "units", "refund_rate", "refund_amount", "new_members"];
    private static readonly string?[] Dimensions = [null, "store", "city", "channel", "category", "product", "day", "month"];
    private static readonly string?[] Times =
    [
        "today",
        "yesterday",
        "last_7_days",
        "last_30_days",
        "last_90_days",
        "this_month",
        "last_month",
        "all",
    ];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Reads_back_whatever_it_says(bool chinese)
    {
        var questions =
            from metric in Metrics
            from dimension in Dimensions
            from time in Times
            from city in new[] { null, "上海", "西安" }
            from channel in new[] { null, "miniprogram", "pos" }
            from category in new[] { null, "茶饮" }
            select new ScriptedQuestion(metric, dimension, city, category, channel, time, Top: dimension is null ? null : 5, chinese);

        Assert.All(
            questions,
            question => Assert.Equal(question with { Chinese = true }, ScriptedQuestion.Parse(question.Say()) with { Chinese = true })
        );
    }

    [Fact]
    public void A_follow_up_keeps_what_it_does_not_change()
    {
        var earlier = ScriptedQuestion.Parse("最近30天各门店的GMV是多少？");
        var now = ScriptedQuestion.Parse("那上海呢？").FollowUp(earlier);

        Assert.Equal("最近30天上海各门店的GMV是多少？", now.Say());
    }

    [Theory]
    [InlineData("明天北京会下雨吗？")]
    [InlineData("How many people are on the team?")]
    public void Admits_what_it_does_not_know(string text) => Assert.Null(ScriptedQuestion.Parse(text).Metric);
}
