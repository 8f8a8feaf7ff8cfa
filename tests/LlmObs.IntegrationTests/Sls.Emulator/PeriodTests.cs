using System.Text.Json;

namespace LlmObs.IntegrationTests.Sls.Emulator;

/// <summary>Statements that reach beyond the logs found: empty windows of a series, earlier periods, other logstores.</summary>
public sealed class PeriodTests(PeriodTests.TwoDays days) : IClassFixture<PeriodTests.TwoDays>
{
    private const long Start = SixLogs.Start;

    [Theory]
    [InlineData("0", "14:00=1/10; 14:01=2/20; 14:02=0/0; 14:03=0/0; 14:04=0/0; 14:05=4/40")]
    [InlineData("null", "14:00=1/10; 14:01=2/20; 14:02=null/null; 14:03=null/null; 14:04=null/null; 14:05=4/40")]
    [InlineData("last", "14:00=1/10; 14:01=2/20; 14:02=2/20; 14:03=2/20; 14:04=2/20; 14:05=4/40")]
    [InlineData("next", "14:00=1/10; 14:01=2/20; 14:02=4/40; 14:03=4/40; 14:04=4/40; 14:05=4/40")]
    [InlineData("avg", "14:00=1/10; 14:01=2/20; 14:02=3/30; 14:03=3/30; 14:04=3/30; 14:05=4/40")]
    public async Task Fills_the_empty_windows_of_a_time_series(string padding, string expected)
    {
        var rows = await days.RowsAsync(
            $"* | select time_series(__time__, '1m', '%H:%i', '{padding}') as t, count(*) as c, max(tokens) as m from log group by t order by t"
        );

        Assert.Equal(expected, string.Join("; ", rows.Select(row => $"{row["t"]}={row["c"]}/{row["m"]}")));
    }

    [Theory]
    [InlineData("select time_series(__time__, '2m', '%i', '0') as t, count(*) as c from log group by t order by t desc limit 2", "04 4; 02 0")]
    [InlineData("select time_series(__time__, '1h', '%H:%i', '0'), count(*) as c from log where tokens > 10 group by 1 order by 1", "14:00 6")]
    [InlineData("select diff[1], diff[2], diff[3] from (select compare(pv, 86400) as diff from (select count(1) as pv from log))", "7.0 2.0 3.5")]
    [InlineData("select compare(pv, 86400, 172800) as diff from (select count(1) as pv from log)", "[7.0, 2.0, 0.0, 3.5, Infinity]")]
    [InlineData(
        "select model, compare(n, 86400) as diff from (select model, sum(tokens) as n from log group by model) group by model order by model",
        "a [170.0, 20.0, 8.5]; b [40.0, null, null]"
    )]
    [InlineData(
        "select t, ts_compare(pv, 86400) as diff from (select date_trunc('minute', __time__) as t, count(1) as pv from log group by t) group by t order by t limit 2",
        "2025-12-11 14:00:00.000 [1.0, 2.0, 0.5, 1.7653464E9]; 2025-12-11 14:01:00.000 [2.0, null, null, 1.76534646E9]"
    )]
    [InlineData(
        "select l.model, p.price, count(*) as c from log l join models p on l.model = p.name group by l.model, p.price order by 1",
        "a 2.5 6"
    )]
    [InlineData("select l.model, p.price from log l left join \"models\" p on l.model = p.name where p.name is null", "b null")]
    [InlineData("select name from models order by name", "a")]
    [InlineData("select model, count(*) as c from log group by grouping sets ((model), ()) order by c, model", "b 1; a 6; null 7")]
    [InlineData("select model, count(*) as c from log group by rollup (model) order by c, model", "b 1; a 6; null 7")]
    [InlineData("select count(*) from log where model in (select name from models)", "6")]
    [InlineData("select v from log cross join unnest(cast(json_parse(list) as array(bigint))) as t(v) where list is not null order by v", "1; 2")]
    [InlineData(
        "select tokens, sum(tokens) over (order by __time__, tokens rows between 1 preceding and current row) as s from log order by s limit 2",
        "10 10; 20 30"
    )]
    [InlineData("select model from log where tokens = 40 union select name from models order by 1", "a; b")]
    [InlineData("select model from log where tokens = 10 union all select name from models", "a; a")]
    [InlineData("set session mode=x; select 1 from log", "refused: set session mode")]
    [InlineData("select time_series(__time__, '1m', '%H', '7') as t, count(*) from log group by t", "refused: padding of time_series")]
    [InlineData("select time_series(__time__, '1m', '%H', '0') as t, model, count(*) from log group by t, model", "refused: time_series")]
    [InlineData("select time_series(__time__, '1m', '%H', '0') as t, count(*) as c from log group by t order by c", "refused: time_series")]
    [InlineData("select compare(tokens, 86400) from log", "refused: compare")]
    [InlineData("select * from nowhere", "refused: table nowhere")]
    [InlineData("select * from sls_log_86400", "refused: table sls_log_86400")]
    [InlineData("select * from sls_other_0", "refused: table sls_other_0")]
    public async Task Answers(string statement, string expected)
    {
        if (expected.StartsWith("refused: ", StringComparison.Ordinal))
        {
            Assert.Contains(expected["refused: ".Length..], await days.Sls.RefusalAsync($"* | {statement}"), StringComparison.Ordinal);
            return;
        }
        var rows = await days.RowsAsync($"* | {statement}");

        Assert.Equal(expected, string.Join("; ", rows.Select(row => string.Join(' ', row.Values))));
    }

    [Fact]
    public async Task Joins_logstores_of_a_project()
    {
        var statement = $"select count(*) as c from logs l join models m on l.model = m.name where l.__time__ >= {Start}";

        var rows = await days.Sls.ExpectOkAsync(HttpMethod.Get, $"/logs?query={Uri.EscapeDataString(statement)}");

        Assert.Equal("6", (string?)rows![0]!["c"]);
    }

    /// <summary>Two days of one logstore, and a second logstore beside it.</summary>
    public sealed class TwoDays : IAsyncLifetime
    {
        private const string Text = """{ "type": "text", "doc_value": true, "token": [" "] }""";

        public TestSls Sls { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Sls = await TestSls.StartAsync();
            await Sls.CreateLogstoreAsync(
                $$"""{ "keys": { "model": {{Text}}, "list": {{Text}}, "tokens": { "type": "long", "doc_value": true } } }"""
            );
            await Sls.ExpectOkAsync(HttpMethod.Post, "/logstores", """{"logstoreName":"models","ttl":30,"shardCount":1}""");
            await Sls.ExpectOkAsync(
                HttpMethod.Post,
                "/logstores/models/index",
                $$"""{ "keys": { "name": {{Text}}, "price": { "type": "double", "doc_value": true } } }"""
            );
            await Sls.PutAsync(
                Log(10, "a", 10),
                new TestLog(Start + 70, ("model", "a"), ("tokens", "20"), ("list", "[1,2]")),
                Log(80, "a", 20),
                Log(310, "a", 40),
                Log(311, "a", 40),
                Log(312, "a", 40),
                Log(313, "b", 40),
                Log(10 - 86400, "a", 10),
                Log(20 - 86400, "a", 10)
            );
            var body = TestLog.Encode([new TestLog(Start + 1, ("name", "a"), ("price", "2.5"))], "", "", []);
            using var response = await Sls.SendAsync(HttpMethod.Post, "/logstores/models/shards/lb", body, "application/x-protobuf");
            response.EnsureSuccessStatusCode();
        }

        public async Task<List<Dictionary<string, string>>> RowsAsync(string query)
        {
            var answer = await Sls.QueryAsync(query, Start, Start + 360);
            Assert.True(answer.ContainsKey("data"), $"{query}: {answer.ToJsonString()}");
            return answer["data"].Deserialize<List<Dictionary<string, string>>>()!;
        }

        public ValueTask DisposeAsync() => Sls?.DisposeAsync() ?? default;

        private static TestLog Log(long second, string model, int tokens) =>
            new(Start + second, ("model", model), ("tokens", tokens.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }
}
