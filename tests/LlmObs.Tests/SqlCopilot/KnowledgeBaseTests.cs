using LlmObs.SqlCopilot.Knowledge;

namespace LlmObs.Tests.SqlCopilot;

public sealed class KnowledgeBaseTests
{
    private readonly KnowledgeBase _knowledge = KnowledgeBase.Load();

    [Theory]
    [InlineData("各门店的退款率是多少？", "example-refund-rate")]
    [InlineData("本月新会员有多少", "metric-new-members")]
    [InlineData("退款原因分布", "example-refund-reasons")]
    [InlineData("Which products are often bought together?", "example-bought-together")]
    [InlineData("average order value", "metric-aov")]
    public void Ranks_the_fitting_document_first(string query, string expected) => Assert.Equal(expected, _knowledge.Search(query, 5)[0].Id);

    [Fact]
    public void Gives_falling_scores_and_no_more_than_asked_for()
    {
        var hits = _knowledge.Search("最近7天各门店的GMV是多少？ gmv store", 5);

        Assert.Equal(5, hits.Count);
        Assert.Equal(hits.OrderByDescending(hit => hit.Score), hits);
        Assert.Contains(hits, hit => hit.Content.Contains("```sql", StringComparison.Ordinal));
    }

    [Fact]
    public void A_rare_term_weighs_more_than_a_common_one()
    {
        var knowledge = new KnowledgeBase([new("common", "订单", "订单 订单"), new("also", "订单", "订单 商品"), new("rare", "订单", "订单 退款")]);

        Assert.Equal("rare", knowledge.Search("订单退款", 3)[0].Id);
    }

    [Fact]
    public void Finds_nothing_for_words_it_does_not_have() => Assert.Empty(_knowledge.Search("quantum 火星", 5));

    [Fact]
    public void Splits_chinese_into_pairs_and_keeps_words_whole() =>
        Assert.Equal(["成交", "交额", "gmv_amount", "按"], KnowledgeBase.Terms("成交额 GMV_amount，按"));
}
