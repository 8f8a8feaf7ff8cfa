namespace LlmObs.IntegrationTests.Sls.Emulator;

public sealed class SearchTests(SixLogs logs) : IClassFixture<SixLogs>
{
    [Theory]
    [InlineData("", "1 2 3 4 5 6")]
    [InlineData("*", "1 2 3 4 5 6")]
    [InlineData("gateway", "1 2 4")]
    [InlineData("error timeout", "2 6")]
    [InlineData("\"timeout error\"", "2 6")]
    [InlineData("#\"timeout error\"", "2")]
    [InlineData("msg: #\"timeout error\"", "2")]
    [InlineData("#\"error, timeout\"", "6")]
    [InlineData("ok or error and timeout", "1 2 3 6")]
    [InlineData("(ok or error) and timeout", "2 6")]
    [InlineData("ok OR error AND timeout", "1 2 3 6")]
    [InlineData("service: gateway not status: 200", "2 4")]
    [InlineData("not status: 200", "2 4 5")]
    [InlineData("status >= 400", "2 4")]
    [InlineData("status in (200 500]", "2 4")]
    [InlineData("status in [200 404]", "1 3 4 6")]
    [InlineData("status in [200 404)", "1 3 6")]
    [InlineData("status = 200", "1 3 6")]
    [InlineData("latency < 50", "1 3 4")]
    [InlineData("latency<=12.5", "1 4")]
    [InlineData("not latency > -1000000", "5")]
    [InlineData("region: cn-shanghai", "1 5")]
    [InlineData("region: cn*", "1 2 3 5")]
    [InlineData("region: c?-shang*", "1 5")]
    [InlineData("region: \"cn*\"", "")]
    [InlineData("region: *", "1 2 3 4 5")]
    [InlineData("not region: *", "6")]
    [InlineData("user: \"\"", "3")]
    [InlineData("not user: \"\"", "1 2 4 5 6")]
    [InlineData("status: *", "1 2 3 4 6")]
    [InlineData("msg: api", "1 2")]
    [InlineData("/api/chat", "1 2")]
    [InlineData("\"not\"", "4")]
    [InlineData("msg: \"\\\"kb\\\"\"", "4")]
    [InlineData("msg: 失败", "5")]
    [InlineData("单", "5")]
    [InlineData("单查", "")]
    [InlineData("attribute.gen_ai.request.model: qwen-max", "1")]
    [InlineData("attribute.gen_ai.request.model: qwen-p*", "2")]
    [InlineData("attribute.gen_ai.request.model: *", "1 2")]
    [InlineData("attribute.gen_ai.request: qwen-max", "")]
    [InlineData("attribute: qwen-max", "1")]
    [InlineData("attribute.gen_ai.usage.input_tokens > 1000", "2")]
    [InlineData("attribute.stream: true", "1")]
    [InlineData("__topic__: chat", "1 2 3")]
    [InlineData("__tag__:__hostname__: node-1", "1 2 3")]
    [InlineData("__tag__:__hostname__: node-*", "1 2 3")]
    [InlineData("__tag__:__hostname__: node", "")]
    [InlineData("__source__: 10.0.0.7", "1 2 3 4 5 6")]
    [InlineData("SERVICE: gateway", "1 2 4")]
    [InlineData("\"service\": gateway and not (status: 404 or msg: timeout)", "1")]
    [InlineData("service>gateway", "")]
    public async Task Finds(string search, string expected) => Assert.Equal(expected, await logs.FindAsync(search));

    [Theory]
    [InlineData("*way", "wildcard")]
    [InlineData("service: ?way", "wildcard")]
    [InlineData("nope: 1", "key (nope) is not config as key value config,if symbol : is in your log,please wrap : with quotation mark \"")]
    [InlineData("(gateway", "')' is missing")]
    [InlineData("gateway)", "position 7")]
    [InlineData("msg: \"open", "position 5")]
    [InlineData("and gateway", "position 0")]
    [InlineData("gateway or", "missing")]
    [InlineData("status: abc", "is not a number")]
    [InlineData("msg in [1 2]", "long or double")]
    public async Task Refuses(string search, string reason)
    {
        var refusal = await logs.Sls.RefusalAsync(search);

        Assert.StartsWith("ParameterInvalid", refusal, StringComparison.Ordinal);
        Assert.Contains(reason, refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_in_the_order_asked_for()
    {
        var newest = await logs.Sls.RowsAsync("*", reverse: true, line: 2);
        var next = await logs.Sls.RowsAsync("*", reverse: true, line: 2, offset: 2);

        Assert.Equal(["error, timeout", "订单 查询 失败"], newest.Select(row => row["msg"]));
        Assert.Equal(["not found: \"kb\"", "redis connect ok"], next.Select(row => row["msg"]));
    }

    [Fact]
    public async Task Returns_the_log_as_it_was_written()
    {
        var row = Assert.Single(await logs.Sls.RowsAsync("status: 500"));

        Assert.Equal("POST /api/chat timeout error", row["msg"]);
        Assert.Equal("chat", row["__topic__"]);
        Assert.Equal("10.0.0.7", row["__source__"]);
        Assert.Equal("node-1", row["__tag__:__hostname__"]);
        Assert.False(row.ContainsKey("user"));
    }
}
