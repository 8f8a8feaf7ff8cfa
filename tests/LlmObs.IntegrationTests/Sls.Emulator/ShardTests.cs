using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using K4os.Compression.LZ4;

namespace LlmObs.IntegrationTests.Sls.Emulator;

public sealed class ShardTests
{
    [Fact]
    public async Task Splits_and_merges_shards_and_routes_by_hash_key()
    {
        await using var sls = await TestSls.StartAsync();
        await sls.CreateLogstoreAsync(SixLogs.Index);
        Assert.Equal(["0 readwrite 00-80", "1 readwrite 80-ff"], await ShardsAsync(sls));

        var split = (
            await sls.ExpectOkAsync(HttpMethod.Post, "/logstores/logs/shards/0?action=split&key=40000000000000000000000000000000")
        )!.AsArray();
        Assert.Equal(["0 readonly 00-80", "2 readwrite 00-40", "3 readwrite 40-80"], split.Select(Show));
        await sls.ExpectOkAsync(HttpMethod.Post, "/logstores/logs/shards/3?action=merge");
        Assert.Equal(["0 readonly 00-80", "1 readonly 80-ff", "2 readwrite 00-40", "3 readonly 40-80", "4 readwrite 40-ff"], await ShardsAsync(sls));
        await RefusedAsync(sls, "/logstores/logs/shards/3?action=split", "ParameterInvalid");
        await RefusedAsync(sls, "/logstores/logs/shards/9?action=merge", "ShardNotExist");

        await PutAsync(sls, "/logstores/logs/shards/route?key=3fffffffffffffffffffffffffffffff", "low");
        await PutAsync(sls, "/logstores/logs/shards/route?key=ffffffffffffffffffffffffffffffff", "high");
        Assert.Equal(["low"], (await PullAsync(sls, 2, await CursorAsync(sls, 2, "begin"))).Messages);
        Assert.Equal(["high"], (await PullAsync(sls, 4, await CursorAsync(sls, 4, "begin"))).Messages);
        await RefusedAsync(sls, "/logstores/logs/shards/route?key=xyz", "ParameterInvalid");
        Assert.Equal(2, (await sls.RowsAsync("*")).Count);
    }

    [Fact]
    public async Task Refuses_what_goes_over_the_quota_of_a_shard_where_that_is_wanted()
    {
        await using var sls = await TestSls.StartAsync(null, ("Emulator:CheckQuotas", "true"));
        await sls.CreateLogstoreAsync(SixLogs.Index);
        var body = TestLog.Encode([.. Enumerable.Repeat(new TestLog(100, ("msg", new string('x', 800_000))), 5)], "", "", []);

        // All of them would fill the second of a shard many times over.
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 12)
                .Select(_ =>
                    sls.SendAsync(
                        HttpMethod.Post,
                        "/logstores/logs/shards/route?key=00000000000000000000000000000001",
                        body,
                        "application/x-protobuf"
                    )
                )
        );

        Assert.Contains(HttpStatusCode.OK, answers.Select(answer => answer.StatusCode));
        var refused = answers.First(answer => answer.StatusCode != HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains(
            "ShardWriteQuotaExceed",
            await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Reads_every_group_once_by_cursor_over_a_restart()
    {
        var directory = Directory.CreateTempSubdirectory("sls").FullName;
        string next;
        await using (var sls = await TestSls.StartAsync(directory))
        {
            await sls.CreateLogstoreAsync(SixLogs.Index);
            for (var i = 0; i < 7; i++)
            {
                await PutAsync(sls, "/logstores/logs/shards/route?key=00000000000000000000000000000001", $"n{i}");
            }
            var first = await PullAsync(sls, 0, await CursorAsync(sls, 0, "begin"), count: 3);
            Assert.Equal(["n0", "n1", "n2"], first.Messages);
            next = first.Next;
        }
        await using (var sls = await TestSls.StartAsync(directory))
        {
            var rest = await PullAsync(sls, 0, next);
            Assert.Equal(["n3", "n4", "n5", "n6"], rest.Messages);
            var end = await PullAsync(sls, 0, rest.Next);
            Assert.Empty(end.Messages);
            Assert.Equal(rest.Next, end.Next);
            Assert.Equal(await CursorAsync(sls, 0, "end"), end.Next);
            var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
            Assert.Equal(await FirstGroupCursorAsync(sls), await CursorAsync(sls, 0, (now - 100).ToString(CultureInfo.InvariantCulture)));
            Assert.Equal(end.Next, await CursorAsync(sls, 0, (now + 100).ToString(CultureInfo.InvariantCulture)));
            var time = await sls.ExpectOkAsync(HttpMethod.Get, $"/logstores/logs/shards/0?type=cursor_time&cursor={Uri.EscapeDataString(next)}");
            Assert.InRange((long)time!["cursor_time"]!, now - 60, now + 5);
            Assert.Equal(["n3"], (await PullAsync(sls, 0, next, until: await PullNextAsync(sls, next))).Messages);
        }
        Directory.Delete(directory, recursive: true);
    }

    [Theory]
    [InlineData("lz4")]
    [InlineData("deflate")]
    [InlineData("zstd")]
    [InlineData("")]
    public async Task Answers_in_the_compression_that_was_asked_for(string compression)
    {
        await using var sls = await TestSls.StartAsync();
        await sls.CreateLogstoreAsync(SixLogs.Index);
        await PutAsync(sls, "/logstores/logs/shards/route?key=00000000000000000000000000000001", "压缩 " + new string('x', 1000));

        Assert.Single((await PullAsync(sls, 0, await CursorAsync(sls, 0, "begin"), compression: compression)).Messages);
    }

    [Fact]
    public async Task Takes_logs_as_JSON_and_from_web_pages_without_signature()
    {
        await using var sls = await TestSls.StartAsync();
        await sls.CreateLogstoreAsync(SixLogs.Index);
        var json =
            """{"__topic__":"t","__source__":"web","__tags__":{"host":"h1"},"__logs__":[{"__time__":100,"msg":"as json","n":5}]}"""u8.ToArray();
        using var put = await sls.SendAsync(HttpMethod.Post, "/logstores/logs/shards/lb", json, "application/json");
        Assert.True(put.IsSuccessStatusCode, await put.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var row = Assert.Single(await sls.RowsAsync("__tag__:host: h1"));
        Assert.Equal(("100", "as json", "5", "t", "web"), (row["__time__"], row["msg"], row["n"], row["__topic__"], row["__source__"]));

        Assert.Equal(HttpStatusCode.Unauthorized, await TrackAsync(sls, "logs"));
        await sls.ExpectOkAsync(HttpMethod.Post, "/logstores", """{"logstoreName":"web","ttl":1,"shardCount":1,"enable_tracking":true}""");
        await sls.ExpectOkAsync(HttpMethod.Post, "/logstores/web/index", """{"line":{"token":[" "]}}""");
        Assert.Equal(HttpStatusCode.OK, await TrackAsync(sls, "web"));
        var found = await sls.ExpectOkAsync(HttpMethod.Get, $"/logstores/web?type=log&from=1000&to={int.MaxValue}&query=clicked");
        Assert.Single(found!.AsArray());
    }

    private static async Task<HttpStatusCode> TrackAsync(TestSls sls, string logstore)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(sls.Address, $"/logstores/{logstore}/track"))
        {
            Content = new StringContent(
                """{"__topic__":"","__source__":"page","__logs__":[{"event":"clicked","__time__":"1"}]}""",
                Encoding.UTF8,
                "application/json"
            ),
        };
        request.Headers.Host = "demo.sls.localhost";
        using var response = await sls.SendRawAsync(request);
        return response.StatusCode;
    }

    private static async Task<string> FirstGroupCursorAsync(TestSls sls)
    {
        // "begin" stands before the entry of the index; the first group's own cursor is what a pull of nothing before it would reach.
        using var response = await sls.SendAsync(
            HttpMethod.Get,
            $"/logstores/logs/shards/0?type=log&cursor={Uri.EscapeDataString(await CursorAsync(sls, 0, "begin"))}&count=1"
        );
        var last = response.Headers.GetValues("x-log-read-last-cursor").Single();
        return Convert.ToBase64String(Encoding.ASCII.GetBytes(last));
    }

    private static async Task<string> PullNextAsync(TestSls sls, string cursor) => (await PullAsync(sls, 0, cursor, count: 1)).Next;

    private static async Task<(List<string> Messages, string Next)> PullAsync(
        TestSls sls,
        int shard,
        string cursor,
        int count = 100,
        string compression = "lz4",
        string? until = null
    )
    {
        var end = until is null ? "" : $"&end_cursor={Uri.EscapeDataString(until)}";
        using var response = await sls.SendAsync(
            HttpMethod.Get,
            $"/logstores/logs/shards/{shard}?type=log&cursor={Uri.EscapeDataString(cursor)}&count={count}{end}",
            change: request =>
            {
                request.Headers.Accept.ParseAdd("application/x-protobuf");
                if (compression.Length > 0)
                {
                    request.Headers.Add("Accept-Encoding", compression);
                }
            }
        );
        var body = await response.Content.ReadAsByteArrayAsync();
        Assert.True(response.IsSuccessStatusCode, Encoding.UTF8.GetString(body));
        var raw = Unpack(
            body,
            int.Parse(response.Headers.GetValues("x-log-bodyrawsize").Single(), CultureInfo.InvariantCulture),
            response.Headers.TryGetValues("x-log-compresstype", out var type) ? type.Single() : ""
        );
        var messages = Messages(raw);
        Assert.Equal(messages.Count.ToString(CultureInfo.InvariantCulture), response.Headers.GetValues("x-log-count").Single());
        return (messages, response.Headers.GetValues("x-log-cursor").Single());
    }

    private static byte[] Unpack(byte[] body, int size, string compression)
    {
        var raw = new byte[size];
        switch (compression)
        {
            case "lz4":
                Assert.Equal(size, LZ4Codec.Decode(body, raw));
                return raw;
            case "zstd":
                using (var zstd = new ZstdSharp.Decompressor())
                {
                    return zstd.Unwrap(body).ToArray();
                }
            case "deflate":
                using (var zlib = new ZLibStream(new MemoryStream(body), CompressionMode.Decompress))
                {
                    zlib.ReadExactly(raw);
                    return raw;
                }
            default:
                Assert.Equal(size, body.Length);
                return body;
        }
    }

    // Groups of one log of one field: the list's field 1, the group's field 1, the log's field 2, the content's field 2.
    private static List<string> Messages(byte[] list) =>
        [.. Fields(list, 1).Select(group => Encoding.UTF8.GetString(Fields(Fields(Fields(group, 1).Single(), 2).Single(), 2).Single()))];

    private static List<byte[]> Fields(byte[] message, int number)
    {
        var found = new List<byte[]>();
        using var input = new CodedInputStream(message);
        while (input.ReadTag() is not 0 and var tag)
        {
            if (tag == WireFormat.MakeTag(number, WireFormat.WireType.LengthDelimited))
            {
                found.Add(input.ReadBytes().ToByteArray());
            }
            else
            {
                input.SkipLastField();
            }
        }
        return found;
    }

    private static async Task<string> CursorAsync(TestSls sls, int shard, string from) =>
        (string)(await sls.ExpectOkAsync(HttpMethod.Get, $"/logstores/logs/shards/{shard}?type=cursor&from={from}"))!["cursor"]!;

    private static async Task PutAsync(TestSls sls, string target, string message)
    {
        using var response = await sls.SendAsync(
            HttpMethod.Post,
            target,
            TestLog.Encode([new TestLog(100, ("msg", message))], "", "", []),
            "application/x-protobuf"
        );
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    private static async Task RefusedAsync(TestSls sls, string target, string code)
    {
        var body = target.Contains("route", StringComparison.Ordinal) ? TestLog.Encode([new TestLog(100, ("msg", "x"))], "", "", []) : null;
        using var response = await sls.SendAsync(HttpMethod.Post, target, body, body is null ? null : "application/x-protobuf");
        Assert.Equal(code, (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["errorCode"]);
    }

    private static async Task<List<string>> ShardsAsync(TestSls sls) =>
        [.. (await sls.ExpectOkAsync(HttpMethod.Get, "/logstores/logs/shards"))!.AsArray().Select(Show)];

    private static string Show(JsonNode? shard) =>
        $"{(int)shard!["shardID"]!} {(string?)shard["status"]} {((string)shard["inclusiveBeginKey"]!)[..2]}-{((string)shard["exclusiveEndKey"]!)[..2]}";
}
