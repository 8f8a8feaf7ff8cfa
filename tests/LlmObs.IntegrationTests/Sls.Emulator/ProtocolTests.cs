using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using K4os.Compression.LZ4;
using ZstdSharp;

namespace LlmObs.IntegrationTests.Sls.Emulator;

public sealed class ProtocolTests
{
    [Fact]
    public async Task Manages_projects_and_logstores()
    {
        await using var sls = await TestSls.StartAsync();
        await sls.CreateLogstoreAsync(SixLogs.Index);
        await sls.ExpectOkAsync(HttpMethod.Put, "/", """{"description":"the demo"}""");
        await sls.ExpectOkAsync(HttpMethod.Put, "/logstores/logs", """{"logstoreName":"logs","ttl":7}""");

        Assert.Equal("the demo", (string?)(await sls.ExpectOkAsync(HttpMethod.Get, "/"))!["description"]);
        Assert.Equal(1, (int?)(await sls.ExpectOkAsync(HttpMethod.Get, "/?offset=0&size=10&projectName=em", project: null))!["total"]);
        Assert.Equal(7, (int?)(await sls.ExpectOkAsync(HttpMethod.Get, "/logstores/logs"))!["ttl"]);
        Assert.Equal("""["logs"]""", (await sls.ExpectOkAsync(HttpMethod.Get, "/logstores?offset=0&size=10"))!["logstores"]!.ToJsonString());
        Assert.Equal("readwrite", (string?)(await sls.ExpectOkAsync(HttpMethod.Get, "/logstores/logs/shards"))![0]!["status"]);
        var index = await sls.ExpectOkAsync(HttpMethod.Get, "/logstores/logs/index");
        Assert.Equal("v2", (string?)index!["index_mode"]);
        Assert.Equal("long", (string?)index["keys"]!["attribute"]!["json_keys"]!["gen_ai.usage.input_tokens"]!["type"]);

        await sls.PutAsync(new TestLog(100, ("msg", "x")));
        await sls.ExpectOkAsync(HttpMethod.Delete, "/logstores/logs/index");
        await sls.ExpectOkAsync(HttpMethod.Delete, "/logstores/logs");
        await sls.ExpectOkAsync(HttpMethod.Delete, "/");
        await ExpectErrorAsync(sls, HttpMethod.Get, "/", null, 404, "ProjectNotExist");
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(sls.Directory, "projects")));
    }

    [Theory]
    [InlineData("lz4")]
    [InlineData("zstd")]
    [InlineData("deflate")]
    public async Task Reads_and_answers_compressed_bodies(string compression)
    {
        await using var sls = await TestSls.StartAsync();
        await sls.CreateLogstoreAsync(SixLogs.Index);
        var raw = TestLog.Encode([new TestLog(100, ("msg", string.Concat(Enumerable.Repeat("压缩 ", 500))))], "", "", []);

        using var put = await sls.SendAsync(
            HttpMethod.Post,
            "/logstores/logs/shards/route?key=00000000000000000000000000000000",
            Compress(raw, compression),
            "application/x-protobuf",
            change: request =>
            {
                request.Headers.Remove("x-log-bodyrawsize");
                request.Headers.Add("x-log-bodyrawsize", raw.Length.ToString(CultureInfo.InvariantCulture));
                request.Headers.Add("x-log-compresstype", compression);
            }
        );
        Assert.True(put.IsSuccessStatusCode, await put.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        using var got = await sls.SendAsync(
            HttpMethod.Post,
            "/logstores/logs/logs",
            """{"from":0,"to":200,"query":"压缩"}"""u8.ToArray(),
            "application/json",
            change: request => request.Headers.Add("Accept-Encoding", compression)
        );
        Assert.Equal(compression, got.Headers.GetValues("x-log-compresstype").Single());
        var size = int.Parse(got.Headers.GetValues("x-log-bodyrawsize").Single(), CultureInfo.InvariantCulture);
        var answer = Decompress(await got.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken), compression, size);
        Assert.Equal(1, (int?)JsonNode.Parse(answer)!["meta"]!["count"]);
    }

    [Fact]
    public async Task Answers_the_old_form_with_metadata_in_headers()
    {
        await using var sls = await TestSls.StartAsync();
        await sls.CreateLogstoreAsync(SixLogs.Index);
        await sls.PutAsync(new TestLog(100, ("msg", "你好 world"), ("zero", "a\0b")));

        using var response = await sls.SendAsync(
            HttpMethod.Get,
            "/logstores/logs?type=log&from=0&to=200&query=" + Uri.EscapeDataString("msg: 你好") + "&line=10&offset=0&reverse=true"
        );

        var rows = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!.AsArray();
        Assert.Equal("你好 world", (string?)rows[0]!["msg"]);
        Assert.Equal("a\0b", (string?)rows[0]!["zero"]);
        Assert.Equal("Complete", response.Headers.GetValues("x-log-progress").Single());
        Assert.Equal("1", response.Headers.GetValues("x-log-count").Single());
        Assert.Contains("\"msg\"", response.Headers.GetValues("x-log-query-info").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/logstores/logs")]
    [InlineData("/logstores/logs/index")]
    public async Task Counts_in_equal_parts_that_cover_the_window(string path)
    {
        await using var sls = await TestSls.StartAsync();
        await sls.CreateLogstoreAsync(SixLogs.Index);
        await sls.PutAsync([.. Enumerable.Range(0, 90).Select(i => new TestLog(1000 + i * 10, ("msg", i % 2 == 0 ? "even" : "odd")))]);

        var parts = (await sls.ExpectOkAsync(HttpMethod.Get, $"{path}?type=histogram&from=1000&to=1905&query=even"))!.AsArray();

        Assert.InRange(parts.Count, 2, 60);
        Assert.Equal(1000, (long?)parts[0]!["from"]);
        Assert.Equal(1905, (long?)parts[^1]!["to"]);
        Assert.Equal(45, parts.Sum(part => (long)part!["count"]!));
        Assert.All(parts.Skip(1).Zip(parts), pair => Assert.Equal((long?)pair.Second!["to"], (long?)pair.First!["from"]));
    }

    [Fact]
    public async Task Refuses_a_wrong_secret_an_unknown_key_and_an_old_date()
    {
        await using var sls = await TestSls.StartAsync();

        using var wrong = await sls.SendAsync(HttpMethod.Get, "/", secret: "guess");
        using var old = await sls.SendAsync(HttpMethod.Get, "/", date: TimeProvider.System.GetUtcNow().AddMinutes(-16));
        using var unsigned = await sls.SendRawAsync(
            new HttpRequestMessage(HttpMethod.Get, sls.Address) { Headers = { { "x-log-apiversion", "0.6.0" } } }
        );

        Assert.Equal((HttpStatusCode.Unauthorized, "SignatureNotMatch"), (wrong.StatusCode, await CodeAsync(wrong)));
        Assert.Equal((HttpStatusCode.BadRequest, "RequestTimeExpired"), (old.StatusCode, await CodeAsync(old)));
        Assert.Equal((HttpStatusCode.Unauthorized, "Unauthorized"), (unsigned.StatusCode, await CodeAsync(unsigned)));
        Assert.Matches("^[0-9A-F]{24}$", wrong.Headers.GetValues("x-log-requestid").Single());
    }

    [Fact]
    public async Task Answers_probes_without_a_signature()
    {
        await using var sls = await TestSls.StartAsync();

        using var health = await sls.SendRawAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(sls.Address, "/health")));
        using var alive = await sls.SendRawAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(sls.Address, "/alive")));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (health.StatusCode, alive.StatusCode));
    }

    [Fact]
    public async Task Checks_log_times_only_when_told_to()
    {
        await using var strict = await TestSls.StartAsync(null, ("Emulator:CheckLogTime", "true"));
        await strict.CreateLogstoreAsync(SixLogs.Index);

        using var response = await strict.SendAsync(
            HttpMethod.Post,
            "/logstores/logs/shards/lb",
            TestLog.Encode([new TestLog(100, ("a", "b"))], "", "", []),
            "application/x-protobuf"
        );

        Assert.Equal("InvalidTimestamp", await CodeAsync(response));
    }

    [Fact]
    public async Task Cuts_a_runaway_query_and_goes_on()
    {
        await using var sls = await TestSls.StartAsync(null, ("Emulator:QueryTimeoutSeconds", "1"));
        await sls.CreateLogstoreAsync(SixLogs.Index);
        await sls.PutAsync([.. Enumerable.Range(0, 3000).Select(i => new TestLog(1000 + i, ("msg", $"n{i}")))]);

        var refusal = await sls.RefusalAsync(
            "* | select count(*) from log a, log b, log c, log d where a.msg || b.msg || c.msg || d.msg like '%x%y%'"
        );

        Assert.Contains("QueryTimeout", refusal, StringComparison.Ordinal);
        Assert.Equal("3000", Assert.Single(await sls.RowsAsync("* | select count(*) as n"))["n"]);
    }

    private static async Task ExpectErrorAsync(TestSls sls, HttpMethod method, string target, string? body, int status, string code)
    {
        using var response = await sls.SendAsync(
            method,
            target,
            body is null ? null : Encoding.UTF8.GetBytes(body),
            body is null ? null : "application/json"
        );
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status && (string?)JsonNode.Parse(text)!["errorCode"] == code, $"{(int)response.StatusCode} {text}");
        Assert.Equal("application/json", response.Content.Headers.ContentType!.ToString());
    }

    private static async Task<string?> CodeAsync(HttpResponseMessage response) =>
        (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["errorCode"];

    private static byte[] Compress(byte[] raw, string compression)
    {
        if (compression == "lz4")
        {
            var target = new byte[LZ4Codec.MaximumOutputSize(raw.Length)];
            return target[..LZ4Codec.Encode(raw, target)];
        }
        if (compression == "zstd")
        {
            using var zstd = new Compressor();
            return zstd.Wrap(raw).ToArray();
        }
        var buffer = new MemoryStream();
        using (var zlib = new ZLibStream(buffer, CompressionLevel.Optimal))
        {
            zlib.Write(raw);
        }
        return buffer.ToArray();
    }

    private static byte[] Decompress(byte[] body, string compression, int size)
    {
        var raw = new byte[size];
        switch (compression)
        {
            case "lz4":
                Assert.Equal(size, LZ4Codec.Decode(body, raw));
                return raw;
            case "zstd":
                using (var zstd = new Decompressor())
                {
                    Assert.Equal(size, zstd.Unwrap(body, raw));
                }
                return raw;
            default:
                using (var zlib = new ZLibStream(new MemoryStream(body), CompressionMode.Decompress))
                {
                    zlib.ReadExactly(raw);
                }
                return raw;
        }
    }
}
