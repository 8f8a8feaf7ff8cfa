using System.Globalization;
using System.Text.Json.Nodes;
using CsCheck;

namespace LlmObs.IntegrationTests.Sls.Emulator;

/// <summary>A search finds what a reader of the logs would find; segments are tiny here, so that every query meets many.</summary>
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

    private static int numbers;

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
                    ("status", status == 60 ? "-" : $"{status * 10}"),
                    ("latency", $"{status * 7.5}"),
                    ("number", $"no{numbers++}"),
                    ("free", free),
                    ("exact", free),
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

    private const string FirstIndex =
        """{"line":{"token":[" ",",",":","/"],"chn":true},"keys":{"msg":{"type":"text","token":[" ",","],"chn":true}}}""";
    private const string FirstLine = " ,:/";
    private const string FirstMessage = " ,";
    private const string Delimiters = ", '\";=()[]{}?@&<>/:\n\t\r";

    private static readonly string SecondIndex = IndexWithExactKey();

    // Bare words ask each text key by itself and the line for the rest.
    private static readonly string[] Everywhere = ["line", "msg", "service", "region", "user", "attribute", "exact"];

    // With letters before the first wildcard, and for fewer than the hundred words that a wildcard may stand for.
    private static readonly string[] Wildcards = ["ga*ay", "g?teway", "G*y", "t*t", "ti??out", "er?", "err*r", "s*c?", "g?t", "4?", "a*"];

    private static readonly Gen<string> Word = OneOf(Words);

    private static readonly Gen<NaiveSearch> Condition = Gen.Frequency(
        (4, Word.Select(NaiveSearch (word) => new NaiveSearch.Quoted(Everywhere, null, word, Delimiters))),
        (
            4,
            Gen.Select(
                OneOf("msg", "service", "attribute", "attribute.a.b", "exact"),
                Word,
                NaiveSearch (field, word) => new NaiveSearch.Quoted([field], field, word, Delimiters)
            )
        ),
        (2, Written.Select(NaiveSearch (text) => new NaiveSearch.Quoted(["msg"], "msg", text, Delimiters))),
        (2, Phrases.Select(NaiveSearch (text) => new NaiveSearch.Phrase(Everywhere, null, text, Delimiters))),
        (1, Gen.Select(OneOf("msg", "exact"), Phrases, NaiveSearch (field, text) => new NaiveSearch.Phrase([field], field, text, Delimiters))),
        (
            1,
            Gen.Select(
                OneOf("msg", "service", "exact"),
                OneOf(Wildcards),
                NaiveSearch (field, pattern) => new NaiveSearch.Wild([field], field, pattern)
            )
        ),
        (1, OneOf(Wildcards).Select(NaiveSearch (pattern) => new NaiveSearch.Wild(Everywhere, null, pattern))),
        (2, Gen.Select(OneOf("msg", "attribute.a.b", "exact"), Word, NaiveSearch (field, word) => new NaiveSearch.Beginning([field], field, word))),
        // What begins with select is taken for a statement.
        (1, Word.Where(word => word != "select").Select(NaiveSearch (word) => new NaiveSearch.Beginning(Everywhere, null, word))),
        (
            2,
            Gen.Select(
                OneOf("status", "latency"),
                OneOf(">", ">=", "<", "<=", "="),
                Gen.Int[-1, 61],
                NaiveSearch (field, comparison, limit) => new NaiveSearch.Number(field, comparison, limit * 10)
            )
        ),
        (
            1,
            Gen.Select(
                Gen.Int[0, 60],
                Gen.Bool,
                Gen.Int[0, 60],
                Gen.Bool,
                NaiveSearch (low, with, high, withHigh) => new NaiveSearch.Between("status", low * 10, with, high * 10, withHigh)
            )
        ),
        (
            2,
            Gen.Select(
                OneOf("msg", "service", "attribute", "attribute.a", "attribute.a.b", "attribute.model"),
                Gen.Bool,
                NaiveSearch (field, isEmpty) => new NaiveSearch.Presence(field, field, isEmpty && field is not ("attribute" or "attribute.a"))
            )
        ),
        (1, Gen.Const<NaiveSearch>(new NaiveSearch.Topic("chat"))),
        (1, Gen.Const<NaiveSearch>(new NaiveSearch.Tag("host", "n1"))),
        (1, Gen.Const<NaiveSearch>(new NaiveSearch.Everything()))
    );

    private static Gen<string> Written => Text.Where(text => text.Trim().Length > 0);

    // From border to border: the description leaves open what a phrase of half a word finds.
    private static Gen<string> Phrases => Written.Select(text => text.Trim(' ', ',', '，', '。', ':', '/')).Where(text => text.Length > 0);

    [Fact]
    public async Task Finds_what_the_description_says_and_nothing_else()
    {
        await using var sls = await TestSls.StartAsync(null, ("Emulator:TermSegmentLogs", $"{SegmentLogs}"));
        // Before there is a key for "free" its words belong to the line, and "attribute" has none at all.
        await sls.CreateLogstoreAsync(FirstIndex);
        var all = new List<NaiveLog>();
        await Log.Array[150]
            .SampleAsync(
                async logs =>
                {
                    await sls.PutAsync(logs[..50]);
                    await sls.IndexedAsync();
                    await sls.ExpectOkAsync(HttpMethod.Put, "/logstores/logs/index", SecondIndex);
                    await sls.PutAsync("chat", [("host", "n1")], logs[50..100]);
                    await sls.PutAsync(logs[100..]);
                    all.AddRange(logs[..50].Select(UnderFirstIndex));
                    all.AddRange(logs[50..100].Select(log => UnderSecondIndex(log) with { Topic = "chat", Tags = Host }));
                    all.AddRange(logs[100..].Select(UnderSecondIndex));
                },
                iter: 1,
                threads: 1
            );
        await sls.IndexedAsync();
        Assert.True(Directory.EnumerateFiles(sls.Directory, "*.terms", SearchOption.AllDirectories).Count() >= 150 / SegmentLogs);

        var hits = 0;
        await Gen.Select(Search(3), Gen.Int[0, 500], Gen.Int[0, 500], Gen.Bool, Gen.Int[1, 20], Gen.Int[0, 30])
            .SampleAsync(
                async sample =>
                {
                    var (search, from, length, reverse, line, offset) = sample;
                    var found = all.Where(log => log.Log.Time >= Begin + from && log.Log.Time <= Begin + from + length && search.Finds(log)).ToList();
                    var answer = await sls.QueryAsync(search.Text, Begin + from, Begin + from + length + 1, reverse, line, offset);
                    Assert.True(answer.ContainsKey("data"), $"{search.Text}: {answer.ToJsonString()}");
                    var inOrder = reverse
                        ? found.AsEnumerable().Reverse().OrderByDescending(log => log.Log.Time)
                        : found.OrderBy(log => log.Log.Time);
                    Assert.True(
                        inOrder
                            .Skip(offset)
                            .Take(line)
                            .Select(Number)
                            .SequenceEqual(answer["data"]!.AsArray().Select(row => (string)row!["number"]!)),
                        $"{search.Text}: {string.Join(' ', found.Select(Number))} stand there"
                    );
                    Assert.Equal(found.Count, await CountAsync(sls, search.Text, Begin + from, Begin + from + length + 1));
                    // Once more, in another time range: what was found is remembered where it lies within both.
                    var later = all.Count(log => log.Log.Time >= Begin + from / 2 && search.Finds(log));
                    Assert.Equal(later, await CountAsync(sls, search.Text, Begin + from / 2, Begin + 1000));
                    hits += found.Count;
                },
                iter: 600,
                threads: 1
            );
        Assert.NotEqual(0, hits);
    }

    private static readonly Dictionary<string, string> Host = new() { ["host"] = "n1" };

    private static string Number(NaiveLog log) => log.Log.Fields.First(field => field.Key == "number").Value;

    private static NaiveLog UnderFirstIndex(TestLog log) =>
        new(
            log,
            [
                .. log.Fields.Select(field =>
                    field.Key == "msg" ? new NaiveText("msg", field.Value, FirstMessage) : new NaiveText("line", field.Value, FirstLine)
                ),
            ],
            new Dictionary<string, double>(),
            "",
            new Dictionary<string, string>()
        );

    private static NaiveLog UnderSecondIndex(TestLog log)
    {
        var fields = log.Fields.ToDictionary(field => field.Key, field => field.Value);
        var texts = new List<NaiveText>();
        foreach (var (name, value) in fields)
        {
            texts.Add(
                new NaiveText(
                    name is "msg" or "service" or "exact" ? name
                        : name == "attribute" ? "document"
                        : "line",
                    value,
                    Delimiters,
                    IsCaseSensitive: name == "exact"
                )
            );
        }
        if (fields.TryGetValue("attribute", out var attribute))
        {
            var document = JsonNode.Parse(attribute)!;
            var (model, inner) = ((string)document["model"]!, (string)document["a"]!["b"]!);
            texts.AddRange(
                from leaf in new[] { ("attribute.model", model), ("attribute.a.b", inner), ("attribute", model), ("attribute", inner) }
                select new NaiveText(leaf.Item1, leaf.Item2, Delimiters)
            );
            // What is not empty itself: the document, and the object in it.
            texts.Add(new NaiveText("attribute", "{", "{"));
            texts.Add(new NaiveText("attribute.a", "{", "{"));
            if (model.Length == 0)
            {
                texts.Add(new NaiveText("attribute.model", "{", "{"));
            }
            if (inner.Length == 0)
            {
                texts.Add(new NaiveText("attribute.a.b", "{", "{"));
            }
        }
        var numbers = new Dictionary<string, double>();
        foreach (var name in (string[])["status", "latency"])
        {
            if (fields.TryGetValue(name, out var text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            {
                numbers[name] = number;
            }
        }
        return new NaiveLog(log, texts, numbers, "", new Dictionary<string, string>());
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
        await sls.IndexedAsync();

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
    public async Task Shows_pages_of_before_or_after_while_logs_age_out()
    {
        const int logs = 90;
        await using var sls = await TestSls.StartAsync(null, ("Emulator:TermSegmentLogs", $"{SegmentLogs}"));
        await sls.CreateLogstoreAsync(SixLogs.Index);
        await sls.PutAsync([.. Enumerable.Range(0, logs).Select(i => new TestLog(Begin + i, ("msg", $"n{i} 订单查询失败")))]);
        await sls.IndexedAsync();

        var dropped = 0;
        var dropping = Task.Run(
            async () =>
            {
                for (var oldest = 1; oldest < logs; oldest++)
                {
                    await sls.DropBeforeAsync(Begin + oldest);
                    Volatile.Write(ref dropped, oldest);
                }
            },
            TestContext.Current.CancellationToken
        );
        // What is read from the logs, what the index knows, and what the table holds.
        string[] queries =
        [
            "订单查询失败",
            "not nothing",
            "订单查询失败 | select __time__ order by __time__",
            "* | select __time__ order by __time__",
        ];
        for (var turn = 0; !dropping.IsCompleted || turn < queries.Length; turn++)
        {
            var before = Volatile.Read(ref dropped);
            var times = (await sls.RowsAsync(queries[turn % queries.Length]))
                .Select(row => long.Parse(row["__time__"], CultureInfo.InvariantCulture))
                .ToList();
            // The one that is being dropped may be gone already.
            var after = Volatile.Read(ref dropped) + 1;
            Assert.Equal(Enumerable.Range(0, times.Count).Select(i => Begin + logs - times.Count + i), times);
            Assert.InRange(logs - times.Count, before, after);
        }
        await dropping;
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
            await first.IndexedAsync();
        }
        var files = Directory.EnumerateFiles(directory, "*.terms", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        await File.WriteAllBytesAsync(files[1], (await File.ReadAllBytesAsync(files[1]))[..^1], TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(files[2] + ".tmp", "half", TestContext.Current.CancellationToken);
        File.Delete(files[3]);
        // Nobody sees this one when the file is opened: it is in a block.
        var bytes = await File.ReadAllBytesAsync(files[4], TestContext.Current.CancellationToken);
        bytes.AsSpan(0, 400).Clear();
        await File.WriteAllBytesAsync(files[4], bytes, TestContext.Current.CancellationToken);

        await using (var second = await TestSls.StartAsync(directory, segments))
        {
            Assert.Equal(30, (await second.RowsAsync("even0")).Count);
            Assert.NotEqual(bytes, await File.ReadAllBytesAsync(files[4], TestContext.Current.CancellationToken));
            Assert.Equal(
                files,
                Directory
                    .EnumerateFiles(directory, "*", SearchOption.AllDirectories)
                    .Where(path => path.Contains("/terms/", StringComparison.Ordinal))
                    .Order(StringComparer.Ordinal)
            );

            await second.DropBeforeAsync(Begin + 20);

            Assert.Equal(20, (await second.RowsAsync("even0")).Count);
            await second.IndexedAsync();
            Assert.Equal(20, (await second.RowsAsync("even0")).Count);
            Assert.Empty(await second.RowsAsync("n19"));
            Assert.Single(await second.RowsAsync("n20"));
        }
        Directory.Delete(directory, recursive: true);
    }

    // Six logs have no key that keeps the case of its words.
    private static string IndexWithExactKey()
    {
        var index = JsonNode.Parse(SixLogs.Index)!;
        var exact = index["keys"]!["msg"]!.DeepClone();
        exact["caseSensitive"] = true;
        index["keys"]!["exact"] = exact;
        return index.ToJsonString();
    }

    private static Gen<string> OneOf(params string[] choices) => Gen.Int[0, choices.Length - 1].Select(i => choices[i]);

    private static Gen<NaiveSearch> Search(int depth) =>
        depth == 0
            ? Condition
            : Gen.Frequency(
                (3, Condition),
                (
                    3,
                    Gen.Select(
                        Search(depth - 1),
                        Search(depth - 1),
                        OneOf("and", "AND", ""),
                        NaiveSearch (left, right, word) => new NaiveSearch.Both(left, right, word)
                    )
                ),
                (2, Gen.Select(Search(depth - 1), Search(depth - 1), NaiveSearch (left, right) => new NaiveSearch.Either(left, right))),
                (1, Search(depth - 1).Select(NaiveSearch (inner) => new NaiveSearch.Not(inner))),
                // a not b
                (
                    1,
                    Gen.Select(
                        Search(depth - 1),
                        Search(depth - 1),
                        NaiveSearch (left, right) => new NaiveSearch.Both(left, new NaiveSearch.Not(right), "")
                    )
                )
            );

    private static async Task<long> CountAsync(TestSls sls, string query, long from, long to)
    {
        using var response = await sls.SendAsync(
            HttpMethod.Get,
            $"/logstores/logs/index?type=histogram&from={from}&to={to}&query={Uri.EscapeDataString(query)}"
        );
        var parts = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!.AsArray();
        return parts.Sum(part => (long)part!["count"]!);
    }
}
