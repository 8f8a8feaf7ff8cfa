using LlmObs.Domain.Quality;

namespace LlmObs.Tests.Domain.Quality;

public sealed class QuestionsTests
{
    [Theory]
    [InlineData("最近 7 天各门店的退款率是多少？", "最近７天各门店的退款率是多少")]
    [InlineData("Which shops are CLOSED?", " which shops are closed ")]
    [InlineData("Top-10 商品", "top 10商品。")]
    public void Case_spaces_punctuation_and_width_do_not_make_another_question(string one, string other) =>
        Assert.Equal(Questions.Key(one), Questions.Key(other));

    [Theory]
    [InlineData("最近 7 天各门店的退款率", "最近 30 天各门店的退款率")]
    [InlineData("orders of shop 1", "orders of shop 2")]
    [InlineData("退款率", "退货率")]
    public void Another_number_or_word_does(string one, string other) => Assert.NotEqual(Questions.Key(one), Questions.Key(other));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("？！ ")]
    public void What_has_no_word_is_no_question(string? text) => Assert.Null(Questions.Key(text));
}
