using System.Globalization;
using System.Text.RegularExpressions;

namespace LlmObs.SqlCopilot.Scripted;

/// <summary>What the scripted model makes of a question by keywords, and how it says that again in full.</summary>
internal sealed partial record ScriptedQuestion(
    string? Metric,
    string? By,
    string? City,
    string? Category,
    string? Channel,
    string? Time,
    int? Top,
    bool Chinese
)
{
    private sealed record Word(string Key, string Zh, string En, params string[] Also);

    // The first match wins, so the longer phrases stand first.
    private static readonly Word[] Metrics =
    [
        new("bought_together", "经常一起购买的商品", "products bought together", "一起购买", "bought together"),
        new("refund_rate", "退款率", "refund rate"),
        new("refund_amount", "退款金额", "refund amount", "退款额", "refunded"),
        new("new_members", "新会员数", "new members", "新会员", "注册", "signed up"),
        new("aov", "客单价", "average order value", "平均订单", "aov"),
        new("gmv", "GMV", "GMV", "成交额", "销售额", "营业额", "revenue", "sales"),
        new("units", "销量", "units sold", "卖得", "卖了多少", "sold"),
        new("orders", "订单数", "orders", "订单量", "多少单", "订单"),
    ];

    private static readonly Word[] Dimensions =
    [
        new("store", "门店", "store", "哪家店", "各店"),
        new("city", "城市", "city", "cities"),
        new("channel", "渠道", "channel"),
        new("category", "品类", "category", "categories", "类目"),
        new("product", "商品", "product", "单品"),
        new("day", "天", "day", "每天", "每日", "趋势", "daily", "trend"),
        new("month", "月份", "month", "每月", "按月", "monthly"),
    ];

    private static readonly Word[] Cities =
    [
        new("上海", "上海", "Shanghai"),
        new("北京", "北京", "Beijing"),
        new("广州", "广州", "Guangzhou"),
        new("深圳", "深圳", "Shenzhen"),
        new("杭州", "杭州", "Hangzhou"),
        new("成都", "成都", "Chengdu"),
        new("南京", "南京", "Nanjing"),
        new("武汉", "武汉", "Wuhan"),
        new("西安", "西安", "Xi'an", "xian"),
        new("重庆", "重庆", "Chongqing"),
    ];

    private static readonly Word[] Categories =
    [
        new("咖啡", "咖啡", "coffee"),
        new("茶饮", "茶饮", "tea", "奶茶"),
        new("烘焙", "烘焙", "bakery", "蛋糕"),
        new("轻食", "轻食", "light meals", "沙拉"),
        new("周边", "周边", "goods", "merchandise"),
    ];

    private static readonly Word[] Channels =
    [
        new("miniprogram", "小程序", "mini program"),
        new("app", "手机应用", "mobile app", "app"),
        new("web", "官网", "website"),
        new("pos", "门店收银", "in-store", "到店"),
    ];

    private static readonly Word[] Times =
    [
        new("today", "今天", "today", "今日"),
        new("yesterday", "昨天", "yesterday", "昨日"),
        new("last_7_days", "最近7天", "in the last 7 days", "最近 7 天", "近7天", "上周", "一周", "last week", "last 7 days"),
        new("last_30_days", "最近30天", "in the last 30 days", "最近 30 天", "近30天", "近一个月", "last 30 days"),
        new("last_90_days", "最近90天", "in the last 90 days", "最近 90 天", "近三个月", "last 90 days", "last quarter"),
        new("last_month", "上个月", "last month", "上月"),
        new("this_month", "本月", "this month", "这个月"),
        new("all", "全部时间", "over all time", "半年", "all time"),
    ];

    /// <summary>Reads a question alone.</summary>
    public static ScriptedQuestion Parse(string text)
    {
        var left = text;
        var time = Take(Times, ref left);
        var channel = Take(Channels, ref left);
        var metric = Take(Metrics, ref left);
        return new(
            metric,
            By: Take(Dimensions, ref left),
            City: Take(Cities, ref left),
            Category: Take(Categories, ref left),
            channel,
            time,
            TopNumber().Match(text) is { Success: true } top ? int.Parse(top.Groups[1].Value, CultureInfo.InvariantCulture) : null,
            Conversations.IsChinese(text)
        );
    }

    /// <summary>Fills what a follow-up leaves out from the question before it.</summary>
    public ScriptedQuestion FollowUp(ScriptedQuestion earlier) =>
        this with
        {
            Metric = Metric ?? earlier.Metric,
            By = By ?? earlier.By,
            City = City ?? earlier.City,
            Category = Category ?? earlier.Category,
            Channel = Channel ?? earlier.Channel,
            Time = Time ?? earlier.Time,
            Top = Top ?? earlier.Top,
        };

    public string Say()
    {
        string? Word(Word[] words, string? key) =>
            words.FirstOrDefault(word => word.Key == key) is { } found
                ? Chinese
                    ? found.Zh
                    : found.En
                : null;
        var (metric, by, city, category, channel, time) = (
            Word(Metrics, Metric),
            Word(Dimensions, By),
            Word(Cities, City),
            Word(Categories, Category),
            Word(Channels, Channel),
            Word(Times, Time ?? "last_30_days")
        );
        if (Metric == "bought_together")
        {
            return Chinese
                ? $"哪些商品经常被一起购买{(Top is null ? "" : $"（前{Top}名）")}？"
                : $"Which products are often bought together{(Top is null ? "" : $", top {Top}")}?";
        }

        if (Chinese)
        {
            return $"{time}{city}{category}{channel}{(by is null ? "" : "各" + by)}的{metric}是多少{(Top is null ? "" : $"（前{Top}名）")}？";
        }

        return $"Show the {metric}{Part(" by ", by)}{Part(" in ", city)}{Part(" for ", category)}{Part(" via ", channel)} {time}{(Top is null ? "" : $", top {Top}")}.";
    }

    private static string Part(string before, string? word) => word is null ? "" : before + word;

    /// <summary>Finds the first word that is there and takes its phrase out: "this month" is a time and then no dimension.</summary>
    private static string? Take(Word[] words, ref string text)
    {
        foreach (var word in words)
        {
            foreach (var phrase in (string[])[word.Zh, word.En, .. word.Also])
            {
                if (Find(text, phrase) is >= 0 and var at)
                {
                    text = text.Remove(at, phrase.Length).Insert(at, " ");
                    return word.Key;
                }
            }
        }

        return null;
    }

    /// <summary>English phrases only as whole words: "tea" is not in "team".</summary>
    private static int Find(string text, string phrase)
    {
        for (
            var at = text.IndexOf(phrase, StringComparison.OrdinalIgnoreCase);
            at >= 0;
            at = text.IndexOf(phrase, at + 1, StringComparison.OrdinalIgnoreCase)
        )
        {
            var end = at + phrase.Length;
            var startsWord = at == 0 || !char.IsAsciiLetter(text[at - 1]) || !char.IsAsciiLetter(phrase[0]);
            var endsWord = end == text.Length || !char.IsAsciiLetter(text[end]) || !char.IsAsciiLetter(phrase[^1]) || text[end] == 's';
            if (startsWord && endsWord)
            {
                return at;
            }
        }

        return -1;
    }

    [GeneratedRegex(@"(?:前|top\s*|排名前)\s*(\d{1,2})", RegexOptions.IgnoreCase)]
    private static partial Regex TopNumber();
}
