using System.Text.Json.Nodes;
using CsCheck;

namespace LlmObs.IntegrationTests.Sls.Emulator;

/// <summary>With the term index a search finds what a scan of the table finds; segments are tiny here, so that every query meets many.</summary>
public sealed class TermIndexTests
{
    private const int SegmentLogs = 7;
    private const long Begin = 1_765_000_000;
    private static readonly string[] Words =
    [
        "gateway",
        "Gateway",
        "error",
        "timeout",
        "err",
        "a",
        "42",
        "查",
        "询",
        "订单",
        "订单查询",
        "单查",
        "查询失败",
        "gpt模型",
        "模型gpt",
        "ＡＢ",
        "１２",
        "select",
        "𠀀单",
    ];
    private static readonly string[] Between = [" ", "", ",", "，", "。", ": ", "/", "-"];

    private static readonly Gen<string> Text = Gen.Select(OneOf(Words), OneOf(Between), (word, between) => word + between)
        .Array[0, 8]
        .Select(string.Concat);

    private static readonly Gen<TestLog> Log = Gen.Select(
        Gen.Int[0, 500],
        Text,
        OneOf("gateway", "agent", "订单", ""),
        Gen.Int[0, 60],
        Text,
        Gen.Int[0, 9],
        (time, msg, service, status, free, with) =>
            new TestLog(
                Begin + time,
                [
                    .. with == 0 ? Array.Empty<(string, string)>() : [("msg", msg)],
                    ("service", service),
                    ("status", $"{status * 10}"),
                    ("free", free),
                    .. with < 5
                        ?
                        [
                            (
                                "attribute",
                                new JsonObject
                                {
                                    ["model"] = free,
                                    ["a"] = new JsonObject { ["b"] = msg },
                                }.ToJsonString()
                            ),
                        ]
                        : Array.Empty<(string, string)>(),
                ]
            )
    );

    private static readonly Gen<string> Condition = Gen.Frequency(
        (4, OneOf(Words).Select(word => $"\"{word}\"")),
        (4, Gen.Select(OneOf("msg", "service", "attribute"), OneOf(Words), (field, word) => $"{field}: \"{word}\"")),
        (2, Text.Where(text => text.Trim().Length > 0).Select(text => $"msg: \"{text}\"")),
        (2, Text.Where(text => text.Trim().Length > 0).Select(text => $"#\"{text}\"")),
        (2, OneOf(Words).Select(word => $"attribute.a.b: \"{word}\"")),
        (1, OneOf(Words).Select(word => $"msg: {word}*")),
        (1, OneOf("status > 300", "status: 200", "msg: *", "not msg: *", "msg: \"\"", "service: \"\"", "*", "__topic__: chat", "__tag__:host: n1"))
    );

    [Fact]
    public async Task Finds_what_a_scan_finds()
    {
        await using var indexed = await TestSls.StartAsync(null, ("Emulator:TermSegmentLogs", $"{SegmentLogs}"));
        await using var scanned = await TestSls.StartAsync(null, ("Emulator:TermIndex", "false"));
        foreach (var sls in new[] { indexed, scanned })
        {
            // Before there is a key for "free" its words belong to the line, and "attribute" has none at all.
            await sls.CreateLogstoreAsync(
                """{"line":{"token":[" ",",",":","/"],"chn":true},"keys":{"msg":{"type":"text","token":[" ",","],"chn":true}}}"""
            );
        }
        await Log.Array[150]
            .SampleAsync(
                async logs =>
                {
                    foreach (var sls in new[] { indexed, scanned })
                    {
                        await sls.PutAsync(logs[..50]);
                        sls.Index();
                        await sls.ExpectOkAsync(HttpMethod.Put, "/logstores/logs/index", SixLogs.Index);
                        await sls.PutAsync("chat", [("host", "n1")], logs[50..100]);
                        await sls.PutAsync(logs[100..]);
                    }
                    indexed.Index();
                },
                iter: 1,
                threads: 1
            );
        Assert.True(Directory.EnumerateFiles(indexed.Directory, "*.terms", SearchOption.AllDirectories).Count() >= 150 / SegmentLogs);

        await Gen.Select(Query(3), Gen.Int[0, 500], Gen.Int[0, 500], Gen.Bool, Gen.Int[0, 20], Gen.Int[0, 30])
            .SampleAsync(
                async sample =>
                {
                    var (query, from, length, reverse, line, offset) = sample;
                    var answers = new List<(string Logs, string Histogram)>();
                    foreach (var sls in new[] { indexed, scanned })
                    {
                        var page = await sls.QueryAsync(query, Begin + from, Begin + from + length + 1, reverse, line, offset);
                        answers.Add(
                            (
                                (page["data"] ?? page["errorMessage"])!.ToJsonString(),
                                await HistogramAsync(sls, query, Begin + from, Begin + from + length + 1)
                            )
                        );
                    }
                    Assert.Equal(answers[1], answers[0]);
                },
                iter: 400,
                threads: 1
            );
    }

    [Fact]
    public async Task Finds_every_chinese_phrase_that_stands_in_a_log()
    {
        await using var sls = await TestSls.StartAsync(null, ("Emulator:TermSegmentLogs", $"{SegmentLogs}"));
        await sls.CreateLogstoreAsync(SixLogs.Index);
        var random = new Random(7);
        var texts = Enumerable
            .Range(0, 90)
            .Select(_ => string.Concat(Enumerable.Range(0, random.Next(5, 60)).Select(_ => "订单查询失败模型响应超时，。 gpt４2"[random.Next(20)])))
            .ToList();
        await sls.PutAsync([.. texts.Select((text, i) => new TestLog(Begin + i, ("msg", text)))]);
        sls.Index();

        foreach (var text in texts)
        {
            foreach (var start in Enumerable.Range(0, text.Length))
            {
                var phrase = string.Concat(text.Skip(start).Take(1 + start % 6).TakeWhile(c => c is >= '一' and <= '龥'));
                if (phrase.Length > 0)
                {
                    var found = await sls.RowsAsync($"msg: \"{phrase}\"");
                    Assert.Equal(texts.Where(each => each.Contains(phrase, StringComparison.Ordinal)), found.Select(row => row["msg"]));
                }
            }
        }
    }

    [Fact]
    public async Task Survives_a_restart_damage_and_the_end_of_a_time_to_live()
    {
        var directory = Directory.CreateTempSubdirectory("sls").FullName;
        var segments = ("Emulator:TermSegmentLogs", $"{SegmentLogs}");
        await using (var first = await TestSls.StartAsync(directory, segments))
        {
            await first.CreateLogstoreAsync(SixLogs.Index);
            await first.PutAsync([.. Enumerable.Range(0, 60).Select(i => new TestLog(Begin + i, ("msg", $"n{i} even{i % 2}")))]);
            first.Index();
        }
        var files = Directory.EnumerateFiles(directory, "*.terms", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        await File.WriteAllBytesAsync(files[1], (await File.ReadAllBytesAsync(files[1]))[..^1], TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(files[2] + ".tmp", "half", TestContext.Current.CancellationToken);
        File.Delete(files[3]);

        await using (var second = await TestSls.StartAsync(directory, segments))
        {
            Assert.Equal(30, (await second.RowsAsync("even0")).Count);
            second.Index();
            Assert.Equal(30, (await second.RowsAsync("even0")).Count);
            Assert.Equal(
                files,
                Directory
                    .EnumerateFiles(directory, "*", SearchOption.AllDirectories)
                    .Where(path => path.Contains("/terms/", StringComparison.Ordinal))
                    .Order(StringComparer.Ordinal)
            );

            await second.DropBeforeAsync(Begin + 20);

            Assert.Equal(20, (await second.RowsAsync("even0")).Count);
            second.Index();
            Assert.Equal(20, (await second.RowsAsync("even0")).Count);
            Assert.Empty(await second.RowsAsync("n19"));
            Assert.Single(await second.RowsAsync("n20"));
        }
        Directory.Delete(directory, recursive: true);
    }

    private static Gen<string> OneOf(params string[] choices) => Gen.Int[0, choices.Length - 1].Select(i => choices[i]);

    private static Gen<string> Query(int depth) =>
        depth == 0
            ? Condition
            : Gen.Frequency(
                (3, Condition),
                (2, Gen.Select(Query(depth - 1), Query(depth - 1), (left, right) => $"({left} and {right})")),
                (2, Gen.Select(Query(depth - 1), Query(depth - 1), (left, right) => $"({left} or {right})")),
                (1, Query(depth - 1).Select(inner => $"not ({inner})"))
            );

    private static async Task<string> HistogramAsync(TestSls sls, string query, long from, long to)
    {
        using var response = await sls.SendAsync(
            HttpMethod.Get,
            $"/logstores/logs/index?type=histogram&from={from}&to={to}&query={Uri.EscapeDataString(query)}"
        );
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
