using System.Globalization;

namespace LlmObs.SqlCopilot.Visitors;

/// <summary>Somebody who works with the shop's numbers: asks something, then follows up, then starts over in a new session.</summary>
internal sealed class Visitor(string userId, string userGroup, Random dice, string[] openings, string[] followUps)
{
    private static readonly string[] ZhPlaces = ["上海", "北京", "广州", "深圳", "杭州", "成都", "西安"];
    private static readonly string[] ZhTimes = ["昨天", "最近7天", "最近30天", "本月", "上个月", "最近90天"];
    private static readonly string[] EnPlaces = ["Shanghai", "Beijing", "Shenzhen", "Hangzhou", "Chongqing"];
    private static readonly string[] EnTimes = ["yesterday", "in the last 7 days", "in the last 30 days", "this month", "last month"];

    private string _session = "";
    private int _left;

    public static IReadOnlyList<Visitor> Everyone(int seed)
    {
        string[] zhFollowUps = ["那{place}呢？", "换成{time}呢？", "那小程序渠道呢？", "其中咖啡品类呢？", "那按城市看呢？"];
        string[] enFollowUps = ["What about {place}?", "How about {time}?", "And for tea?", "And by channel?"];
        return
        [
            new(
                "u-lin-yue",
                "head-office",
                new(seed),
                ["{time}各门店的GMV是多少？", "{time}{place}的成交额是多少？", "本月各城市的销售额排名前{top}", "各门店的退款率是多少？"],
                zhFollowUps
            ),
            new(
                "u-chen-bo",
                "head-office",
                new(seed + 1),
                ["{time}每天的订单数趋势", "{time}各渠道的订单数是多少？", "{time}{place}各渠道的客单价是多少？"],
                zhFollowUps
            ),
            new(
                "u-zhao-min",
                "purchasing",
                new(seed + 2),
                ["{time}销量前{top}的商品是哪些？", "{time}各商品的销量是多少？", "哪些商品经常被一起购买？前{top}名", "{time}各品类的销售额"],
                zhFollowUps
            ),
            new(
                "u-wang-hao",
                "stores",
                new(seed + 3),
                ["{time}的退款金额是多少？", "{time}各门店的退款率", "{time}新会员有多少？", "明天{place}会下雨吗？"],
                zhFollowUps
            ),
            new(
                "u-emma",
                "stores",
                new(seed + 4),
                [
                    "What was the revenue by store {time}?",
                    "Which products are often bought together, top {top}?",
                    "What is the refund rate by store {time}?",
                ],
                enFollowUps
            ),
            new(
                "u-noah",
                "head-office",
                new(seed + 5),
                [
                    "How many orders by channel {time}?",
                    "Daily orders in {place} {time}?",
                    "Top {top} products by units sold {time}",
                    "Average order value by city {time}?",
                ],
                enFollowUps
            ),
        ];
    }

    /// <summary>The next question belongs to the same conversation.</summary>
    public bool IsInConversation => _left > 0;

    public Question Next()
    {
        var isOpening = _left == 0;
        if (isOpening)
        {
            _left = dice.Next(1, 5);
            _session = $"s-{Guid.CreateVersion7():N}"[..24];
        }

        _left--;
        var text = isOpening ? Pick(openings) : Pick(followUps);
        var chinese = Conversations.IsChinese(text);
        return new(
            text.Replace("{place}", Pick(chinese ? ZhPlaces : EnPlaces), StringComparison.Ordinal)
                .Replace("{time}", Pick(chinese ? ZhTimes : EnTimes), StringComparison.Ordinal)
                .Replace("{top}", dice.Next(3, 11).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal),
            _session,
            userId,
            userGroup
        );
    }

    private string Pick(string[] from) => from[dice.Next(from.Length)];
}
