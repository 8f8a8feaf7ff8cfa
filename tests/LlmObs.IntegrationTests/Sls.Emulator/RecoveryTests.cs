using System.Globalization;

namespace LlmObs.IntegrationTests.Sls.Emulator;

/// <summary>What was acknowledged is there after any crash, once; a torn tail is cut.</summary>
public sealed class RecoveryTests
{
    [Fact]
    public async Task Keeps_logs_over_a_restart()
    {
        var directory = Directory.CreateTempSubdirectory("sls").FullName;
        await using (var first = await TestSls.StartAsync(directory))
        {
            await first.CreateLogstoreAsync(SixLogs.Index);
            await first.PutAsync(new TestLog(100, ("msg", "before 重启")));
        }
        await using (var second = await TestSls.StartAsync(directory))
        {
            await second.PutAsync(new TestLog(101, ("msg", "after 重启")));

            Assert.Equal(["before 重启", "after 重启"], (await second.RowsAsync("重启")).Select(row => row["msg"]));
        }
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task Reads_large_groups_again_when_table_and_terms_are_lost_and_deletes_the_table_of_an_older_form()
    {
        var directory = Directory.CreateTempSubdirectory("sls").FullName;
        var logs = Enumerable.Range(0, 100).Select(i => new TestLog(1000 + i, ("msg", $"n{i} 订单查询失败 {new string('x', 900)}"))).ToArray();
        await using (var first = await TestSls.StartAsync(directory))
        {
            await first.CreateLogstoreAsync(SixLogs.Index);
            await first.PutAsync("chat", [("host", "n1")], logs);
            await CheckAsync(first);
        }
        var folder = Path.Combine(directory, "projects", "demo", "logs");
        var old = Path.Combine(folder, "logs.duckdb");
        await File.WriteAllTextAsync(old, "older", TestContext.Current.CancellationToken);
        File.Delete(Path.Combine(folder, "columns.duckdb"));
        Directory.Delete(Path.Combine(folder, "terms"), recursive: true);
        await using (var second = await TestSls.StartAsync(directory))
        {
            await CheckAsync(second);
            Assert.False(File.Exists(old));
        }
        Directory.Delete(directory, recursive: true);

        async Task CheckAsync(TestSls sls)
        {
            var found = await sls.RowsAsync("订单查询失败");
            Assert.Equal(logs.Select(log => log.Fields[0].Value), found.Select(row => row["msg"]));
            Assert.All(found, row => Assert.Equal(("chat", "n1"), (row["__topic__"], row["__tag__:host"])));
            Assert.Equal(logs[57].Fields[0].Value, Assert.Single(await sls.RowsAsync("n57 and __topic__: chat | select msg from log"))["msg"]);
        }
    }

    [Fact]
    public async Task Loses_and_doubles_nothing_when_copied_while_writing()
    {
        await using var running = await TestSls.StartAsync();
        await running.CreateLogstoreAsync(SixLogs.Index);
        using var stop = new CancellationTokenSource();
        var acknowledged = 0;
        var writer = Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    await running.PutAsync([.. Enumerable.Range(0, 5).Select(i => new TestLog(1000, ("msg", $"n{acknowledged * 5 + i}")))]);
                    Interlocked.Increment(ref acknowledged);
                }
            },
            TestContext.Current.CancellationToken
        );
        for (var round = 0; round < 5; round++)
        {
            await WaitUntilAsync(() => Volatile.Read(ref acknowledged) > round * 10);
            var promised = Volatile.Read(ref acknowledged) * 5;
            var copy = CopyAsAKillWouldLeaveIt(running.Directory);
            await using (var recovered = await TestSls.StartAsync(copy))
            {
                var counts = Assert.Single(await recovered.RowsAsync("* | select count(*) as n, count(distinct msg) as d from log"));
                Assert.Equal(counts["d"], counts["n"]);
                Assert.True(
                    long.Parse(counts["n"], CultureInfo.InvariantCulture) >= promised,
                    $"{counts["n"]} of {promised} acknowledged logs are there"
                );
            }
            Directory.Delete(copy, recursive: true);
        }
        await stop.CancelAsync();
        await writer;
    }

    [Fact]
    public async Task Cuts_a_torn_tail_at_any_byte_and_keeps_every_whole_group()
    {
        var empty = Directory.CreateTempSubdirectory("sls").FullName;
        await using (var sls = await TestSls.StartAsync(empty))
        {
            await sls.CreateLogstoreAsync(SixLogs.Index);
            await sls.QueryAsync("*");
        }
        // The shard log of three groups beside a table that holds none of them: a kill between the log's sync and the table's commit.
        var full = CopyAsAKillWouldLeaveIt(empty);
        var ends = new List<long>();
        await using (var sls = await TestSls.StartAsync(full))
        {
            for (var group = 0; group < 3; group++)
            {
                await sls.PutAsync(new TestLog(100 + group, ("msg", $"group {group} 第{group}组")), new TestLog(100 + group, ("msg", "second")));
                ends.Add(new FileInfo(ShardLog(full)).Length);
            }
        }
        var bytes = await File.ReadAllBytesAsync(ShardLog(full), TestContext.Current.CancellationToken);
        var offsets = Enumerable
            .Range(0, bytes.Length + 1)
            .Where(offset => offset % 17 == 0 || ends.Any(end => Math.Abs(end - offset) <= 1))
            .ToList();
        foreach (var offset in offsets)
        {
            var torn = CopyAsAKillWouldLeaveIt(empty);
            await File.WriteAllBytesAsync(ShardLog(torn), bytes[..offset], TestContext.Current.CancellationToken);
            await using (var sls = await TestSls.StartAsync(torn))
            {
                Assert.Equal(ends.Count(end => end <= offset) * 2, (await sls.RowsAsync("*")).Count);
                await sls.PutAsync(new TestLog(200, ("msg", "afterwards")));
                Assert.Single(await sls.RowsAsync("afterwards"));
            }
            Directory.Delete(torn, recursive: true);
        }
        Directory.Delete(full, recursive: true);
        Directory.Delete(empty, recursive: true);
    }

    [Fact]
    public async Task Makes_a_lost_table_again_with_the_index_each_log_was_written_under()
    {
        const string First = """{"keys":{"msg":{"type":"text","doc_value":true,"token":[" "]}}}""";
        const string Second = """{"keys":{"msg":{"type":"text","doc_value":true,"token":[" "]},"n":{"type":"long","doc_value":true}}}""";
        var directory = Directory.CreateTempSubdirectory("sls").FullName;
        await using (var sls = await TestSls.StartAsync(directory))
        {
            await sls.CreateLogstoreAsync(First);
            await sls.PutAsync(new TestLog(100, ("msg", "early"), ("n", "1")));
            await sls.ExpectOkAsync(HttpMethod.Put, "/logstores/logs/index", Second);
            await sls.PutAsync(new TestLog(101, ("msg", "late"), ("n", "2")));
        }
        foreach (var file in Directory.EnumerateFiles(Path.Combine(directory, "projects", "demo", "logs"), "columns.duckdb*"))
        {
            File.Delete(file);
        }
        await using (var sls = await TestSls.StartAsync(directory))
        {
            Assert.Equal(["early", "late"], (await sls.RowsAsync("*")).Select(row => row["msg"]));
            Assert.Equal("late", Assert.Single(await sls.RowsAsync("n > 0"))["msg"]);
            Assert.Equal("long", (string?)(await sls.ExpectOkAsync(HttpMethod.Get, "/logstores/logs/index"))!["keys"]!["n"]!["type"]);
            await sls.PutAsync(new TestLog(102, ("msg", "later"), ("n", "3")));
            Assert.Equal(2, (await sls.RowsAsync("n > 0")).Count);
        }
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task Indexes_only_what_is_written_after_an_index()
    {
        await using var sls = await TestSls.StartAsync();
        await sls.CreateLogstoreAsync(index: null);
        await sls.PutAsync(new TestLog(100, ("msg", "early"), ("late_field", "1")));
        Assert.StartsWith("IndexConfigNotExist", await sls.RefusalAsync("*"), StringComparison.Ordinal);

        await sls.ExpectOkAsync(
            HttpMethod.Post,
            "/logstores/logs/index",
            """{"line":{"token":[" "]},"keys":{"msg":{"type":"text","doc_value":true,"token":[" "]}}}"""
        );
        await sls.PutAsync(new TestLog(101, ("msg", "middle"), ("late_field", "2")));
        await sls.ExpectOkAsync(
            HttpMethod.Put,
            "/logstores/logs/index",
            """{"line":{"token":[" "]},"keys":{"msg":{"type":"text","doc_value":true,"token":[" "]},"late_field":{"type":"long","doc_value":true}}}"""
        );
        await sls.PutAsync(new TestLog(102, ("msg", "latest"), ("late_field", "3")));

        Assert.Empty(await sls.RowsAsync("early"));
        Assert.Single(await sls.RowsAsync("middle"));
        Assert.Equal("latest", Assert.Single(await sls.RowsAsync("late_field > 0"))["msg"]);
    }

    private static string ShardLog(string directory) => Path.Combine(directory, "projects", "demo", "logs", "shard-0", "0000000001.log");

    // File by file in the order a disk could have been left: the table first, the shard log (written before it) last.
    private static string CopyAsAKillWouldLeaveIt(string directory)
    {
        var copy = Directory.CreateTempSubdirectory("sls").FullName;
        foreach (var file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(directory, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            using var from = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var to = File.Create(target);
            from.CopyTo(to);
        }
        return copy;
    }

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, deadline.Token);
        }
    }
}
