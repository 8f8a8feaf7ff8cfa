namespace LlmObs.IntegrationTests.Sls.Emulator;

/// <summary>The example of the query language's description: six logs under one index.</summary>
public sealed class SixLogs : IAsyncLifetime
{
    public const long Start = 1_765_432_800;

    private const string Delimiters =
        """[",", " ", "'", "\"", ";", "=", "(", ")", "[", "]", "{", "}", "?", "@", "&", "<", ">", "/", ":", "\n", "\t", "\r"]""";

    public const string Index = $$"""
        {
          "line": { "token": {{Delimiters}}, "caseSensitive": false, "chn": true },
          "keys": {
            "service": { "type": "text", "doc_value": true, "token": {{Delimiters}}, "chn": true },
            "region": { "type": "text", "doc_value": true, "token": {{Delimiters}}, "chn": true },
            "msg": { "type": "text", "doc_value": true, "token": {{Delimiters}}, "chn": true },
            "user": { "type": "text", "doc_value": true, "token": {{Delimiters}}, "chn": true },
            "status": { "type": "long", "doc_value": true },
            "latency": { "type": "double", "doc_value": true },
            "attribute": { "type": "json", "doc_value": true, "token": {{Delimiters}}, "chn": true, "index_all": true, "max_depth": -1,
                           "json_keys": { "gen_ai.usage.input_tokens": { "type": "long", "doc_value": true } } }
          }
        }
        """;

    public TestSls Sls { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Sls = await TestSls.StartAsync();
        await Sls.CreateLogstoreAsync(Index);
        await Sls.PutAsync(
            "chat",
            [("__hostname__", "node-1")],
            Log(
                1,
                ("service", "gateway"),
                ("status", "200"),
                ("latency", "12.5"),
                ("region", "cn-shanghai"),
                ("msg", "GET /api/chat ok"),
                ("attribute", """{"gen_ai":{"request":{"model":"qwen-max"},"usage":{"input_tokens":120}},"stream":true}""")
            ),
            Log(
                2,
                ("service", "gateway"),
                ("status", "500"),
                ("latency", "830"),
                ("region", "cn-hangzhou"),
                ("msg", "POST /api/chat timeout error"),
                ("attribute", """{"gen_ai":{"request":{"model":"qwen-plus"},"usage":{"input_tokens":4000}}}""")
            ),
            Log(
                3,
                ("service", "retriever"),
                ("status", "200"),
                ("latency", "45"),
                ("region", "cn-hangzhou"),
                ("msg", "redis connect ok"),
                ("user", "")
            )
        );
        await Sls.PutAsync(
            Log(4, ("service", "Gateway"), ("status", "404"), ("latency", "3.2"), ("region", "us-west"), ("msg", "not found: \"kb\"")),
            Log(5, ("service", "agent"), ("status", "-"), ("latency", "abc"), ("region", "cn-shanghai"), ("msg", "订单 查询 失败")),
            Log(6, ("service", "agent"), ("status", "200"), ("latency", "99"), ("msg", "error, timeout"))
        );
    }

    /// <summary>The numbers of the logs that a search finds, oldest first.</summary>
    public async Task<string> FindAsync(string search)
    {
        var rows = await Sls.RowsAsync(search);
        return string.Join(' ', rows.Select(row => long.Parse(row["__time__"], System.Globalization.CultureInfo.InvariantCulture) - Start));
    }

    public ValueTask DisposeAsync() => Sls?.DisposeAsync() ?? default;

    private static TestLog Log(int number, params (string, string)[] fields) => new(Start + number, fields);
}
