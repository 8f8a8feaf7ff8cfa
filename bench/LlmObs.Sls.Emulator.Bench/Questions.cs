namespace LlmObs.Sls.Emulator.Bench;

/// <param name="Search">In the query language.</param>
/// <param name="Condition">The same for an engine that only scans: over the columns raw, service and duration; {0} is its substring test.</param>
internal sealed record Question(string Name, string Search, Func<Func<string, string>, string> Condition);

internal static class Questions
{
    public static readonly IReadOnlyList<Question> Searches =
    [
        new("rare word", "needle7f3a", has => has("needle7f3a")),
        new("common word", "timeout", has => has("timeout")),
        new("two words", "timeout retry", has => $"{has("timeout")} AND {has("retry")}"),
        new("Chinese word", "订单", has => has("订单")),
        new("Chinese phrase", "订单查询失败", has => has("订单查询失败")),
        new("phrase", "#\"connection reset by peer\"", has => has("connection reset by peer")),
        new("field and word", "service: gateway and timeout", has => $"service = 'gateway' AND {has("timeout")}"),
        new("numeric range", "duration in [2900000 3000000]", _ => "duration BETWEEN 2900000 AND 3000000"),
        new("negation", "not timeout", has => $"NOT {has("timeout")}"),
        new("wildcard", "needle*", has => has("needle")),
        new("everything", "*", _ => "true"),
    ];

    public static readonly IReadOnlyList<(string Name, string Text)> Dashboards =
    [
        ("group by", "* | select service, count(*) as n, avg(duration) as mean group by service"),
        ("percentiles", "* | select approx_percentile(duration, 0.5) as p50, approx_percentile(duration, 0.95) as p95"),
        ("percentiles by model", "* | select model, approx_percentile(duration, 0.95) as p95, sum(totalTokens) as tokens group by model"),
        ("per minute", "* | select __time__ - __time__ % 60 as minute, count(*) as n group by minute order by minute limit 20000"),
        ("common word, per minute", "timeout | select __time__ - __time__ % 60 as minute, count(*) as n group by minute order by minute limit 20000"),
        ("rare word, group by", "needle7f3a | select service, count(*) as n group by service"),
    ];
}
