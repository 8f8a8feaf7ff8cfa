using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using K4os.Compression.LZ4;

namespace LlmObs.IntegrationTests.Sls.Emulator;

/// <summary>Requests that official clients really sent, byte for byte, with the clock check off.</summary>
public sealed class CapturedRequestsTests
{
    private static readonly string Fixtures = Path.Combine(AppContext.BaseDirectory, "fixtures", "sls");

    public static TheoryData<string, int> Exchanges()
    {
        var data = new TheoryData<string, int>();
        foreach (
            var name in new[]
            {
                "create-project",
                "get-project",
                "create-logstore",
                "get-logstore",
                "list-logstores",
                "list-shards",
                "create-index",
                "get-index",
                "put-logs",
                "get-logs",
                "get-logs-v2",
                "get-cursor",
                "create-consumer-group",
                "get-project-logs",
            }
        )
        {
            for (var i = 0; i < Load(name).Count; i++)
            {
                data.Add(name, i);
            }
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Exchanges))]
    public async Task Accepts_what_an_official_client_sent(string name, int number)
    {
        var exchange = Load(name)[number]!;
        await using var sls = await StartAsync();
        await PrepareAsync(sls, name);

        var (status, headers, body) = await ReplayAsync(sls.Address, exchange["request"]!);

        Assert.True(status == 200, $"{(string?)exchange["client"]}, {(string?)exchange["signing"]}: {status} {Encoding.UTF8.GetString(body)}");
        var expected = exchange["response"]!["decoded"];
        if (headers.ContainsKey("x-log-compresstype"))
        {
            var raw = new byte[int.Parse(headers["x-log-bodyrawsize"], CultureInfo.InvariantCulture)];
            Assert.Equal(raw.Length, LZ4Codec.Decode(body, raw));
            body = raw;
        }
        if (((string)exchange["request"]!["method"]!) == "GET" && name == "get-logs")
        {
            Assert.Equal("Complete", headers["x-log-progress"]);
            Assert.Equal("1", headers["x-log-count"]);
        }
        if (expected is not null)
        {
            SameShape(expected, JsonNode.Parse(body)!, name);
        }
    }

    [Theory]
    [InlineData("get-project")]
    [InlineData("put-logs")]
    public async Task Refuses_it_under_another_secret(string name)
    {
        await using var sls = await StartAsync(secret: "another");
        foreach (var exchange in Load(name))
        {
            var (status, _, body) = await ReplayAsync(sls.Address, exchange!["request"]!);

            Assert.Equal(401, status);
            Assert.Equal("SignatureNotMatch", (string?)JsonNode.Parse(body)!["errorCode"]);
        }
    }

    [Fact]
    public async Task Refuses_it_long_after_it_was_signed()
    {
        await using var sls = await TestSls.StartAsync(null, ("Emulator:Keys:LTAIfakefixture0001", "fixtureSecretDoNotUse0001"));
        var old = Load("list-logstores")[0]!["request"]!.DeepClone();
        foreach (var header in old["headers"]!.AsArray().Where(header => ((string)header![0]!).Equals("date", StringComparison.OrdinalIgnoreCase)))
        {
            header![1] = "Mon, 23 Nov 2020 07:33:44 GMT";
        }

        var (status, _, body) = await ReplayAsync(sls.Address, old);

        Assert.Equal(400, status);
        Assert.Equal("RequestTimeExpired", (string?)JsonNode.Parse(body)!["errorCode"]);
    }

    private static Task<TestSls> StartAsync(string secret = "fixtureSecretDoNotUse0001") =>
        TestSls.StartAsync(null, ("Emulator:Keys:LTAIfakefixture0001", secret), ("Emulator:Keys:local", "local"), ("Emulator:CheckClock", "false"));

    private static async Task PrepareAsync(TestSls sls, string name)
    {
        if (name == "create-project")
        {
            return;
        }
        await sls.ExpectOkAsync(HttpMethod.Post, "/", """{"projectName":"llm-traces-demo","description":"x"}""", "llm-traces-demo");
        if (name == "create-logstore")
        {
            return;
        }
        await sls.ExpectOkAsync(HttpMethod.Post, "/logstores", """{"logstoreName":"llm-spans","ttl":30,"shardCount":2}""", "llm-traces-demo");
        if (name == "create-index")
        {
            return;
        }
        await sls.ExpectOkAsync(
            HttpMethod.Post,
            "/logstores/llm-spans/index",
            """{"line":{"token":[" "],"caseSensitive":false},"keys":{"service":{"type":"text","doc_value":true},"duration":{"type":"long","doc_value":true}}}""",
            "llm-traces-demo"
        );
        if (name == "get-project-logs" || name.StartsWith("get-logs", StringComparison.Ordinal) && name != "get-logstore")
        {
            var logs = TestLog.Encode(
                [new TestLog(1_765_432_801, ("service", "gateway"), ("duration", "1234"), ("name", "chat qwen-max"))],
                "chat",
                "10.0.0.7",
                []
            );
            using var response = await sls.SendAsync(
                HttpMethod.Post,
                "/logstores/llm-spans/shards/lb",
                logs,
                "application/x-protobuf",
                "llm-traces-demo"
            );
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    private static JsonArray Load(string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(Fixtures, name + ".json")))!["exchanges"]!.AsArray();

    // Every member the client was given in the capture is there, of the same kind.
    private static void SameShape(JsonNode expected, JsonNode actual, string path)
    {
        if (expected is JsonObject members)
        {
            foreach (
                var (name, value) in members.Where(member =>
                    member.Value is not null
                    && member.Key
                        is not (
                            "recycleBinEnabled"
                            or "dataRedundancyType"
                            or "resourceGroupId"
                            or "location"
                            or "quota"
                            or "keys"
                            or "line"
                            or "log_reduce"
                            or "max_text_len"
                            or "hot_ttl"
                            or "resourceQuota"
                            or "encrypt_conf"
                        )
                )
            )
            {
                Assert.True(actual is JsonObject json && json.ContainsKey(name), $"{path}.{name} is missing in {actual.ToJsonString()}");
                SameShape(value!, actual[name]!, $"{path}.{name}");
            }
        }
        else if (expected is JsonArray { Count: > 0 } list && actual is JsonArray { Count: > 0 } found)
        {
            SameShape(list[0]!, found[0]!, $"{path}[0]");
        }
        else
        {
            Assert.True(
                IsBool(expected) == IsBool(actual) && (IsBool(expected) || expected.GetValueKind() == actual.GetValueKind()),
                $"{path} is {actual.ToJsonString()}"
            );
        }
    }

    private static bool IsBool(JsonNode node) => node.GetValueKind() is JsonValueKind.True or JsonValueKind.False;

    // HttpClient would rewrite headers and targets; the bytes have to be the client's.
    private static async Task<(int Status, Dictionary<string, string> Headers, byte[] Body)> ReplayAsync(Uri address, JsonNode request)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(address.Host, address.Port);
        var body = Convert.FromBase64String((string)request["bodyBase64"]!);
        var head = new StringBuilder($"{(string?)request["method"]} {(string?)request["target"]} HTTP/1.1\r\n");
        var isChunked = false;
        var hasLength = false;
        foreach (var header in request["headers"]!.AsArray())
        {
            var (name, value) = ((string)header![0]!, (string)header[1]!);
            isChunked |= name.Equals("transfer-encoding", StringComparison.OrdinalIgnoreCase);
            hasLength |= name.Equals("content-length", StringComparison.OrdinalIgnoreCase);
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }
        if (!isChunked && !hasLength && body.Length > 0)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
        }
        head.Append("Connection: close\r\n\r\n");
        var stream = tcp.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.ToString()));
        if (isChunked)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"{body.Length:x}\r\n"));
            await stream.WriteAsync(body);
            await stream.WriteAsync("\r\n0\r\n\r\n"u8.ToArray());
        }
        else
        {
            await stream.WriteAsync(body);
        }
        var answer = new MemoryStream();
        await stream.CopyToAsync(answer);
        return Parse(answer.ToArray());
    }

    private static (int, Dictionary<string, string>, byte[]) Parse(byte[] answer)
    {
        var end = answer.AsSpan().IndexOf("\r\n\r\n"u8);
        var lines = Encoding.UTF8.GetString(answer, 0, end).Split("\r\n");
        var headers = lines
            .Skip(1)
            .Select(line => line.Split(": ", 2))
            .ToDictionary(parts => parts[0], parts => parts.Length > 1 ? parts[1] : "", StringComparer.OrdinalIgnoreCase);
        var body = answer[(end + 4)..];
        if (headers.ContainsKey("Transfer-Encoding"))
        {
            var whole = new MemoryStream();
            var at = 0;
            while (true)
            {
                var line = at + body.AsSpan(at).IndexOf("\r\n"u8);
                var size = int.Parse(Encoding.ASCII.GetString(body, at, line - at), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                if (size == 0)
                {
                    break;
                }
                whole.Write(body, line + 2, size);
                at = line + 2 + size + 2;
            }
            body = whole.ToArray();
        }
        return (int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture), headers, body);
    }
}
