using System.Globalization;
using System.Text.Json;
using LlmObs.Sls;
using LlmObs.Sls.Emulator.Catalog;

namespace LlmObs.IntegrationTests.Sls.Emulator;

/// <summary>Logs that were deleted are found by no query, whatever happens to the process and its files afterwards; all others are.</summary>
public sealed class DeletionTests
{
    private const int Count = 30;
    private static readonly (string, string) SmallSegments = ("Emulator:TermSegmentLogs", "8");
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_search_finds_is_gone_from_every_query()
    {
        await using var sls = await StartAsync();
        using var http = SlsClient.CreateHttp();
        var client = Client(sls, http);

        Assert.Equal(Count / 3, await client.Admin.DeleteLogsAsync("logs", 0, 2000, "kind: 三的倍数", Token));

        await CheckAsync(sls);
        Assert.Equal(0, await client.Admin.DeleteLogsAsync("logs", 0, 2000, "kind: 三的倍数", Token));
        var begin = await client.Reader("logs").BeginCursorAsync(0, Token);
        var pulled = await client.Reader("logs").PullAsync(0, begin, 1000, null, Token);
        Assert.Equal(Count, pulled.Groups.Sum(group => group.Logs.Count));
        await sls.PutAsync(Log(33));
        Assert.Equal("33", Assert.Single(await sls.RowsAsync("kind: 三的倍数"))["n"]);
    }

    [Fact]
    public async Task A_task_deletes_what_was_there_when_it_was_asked_for()
    {
        await using var sls = await StartAsync();
        using var http = SlsClient.CreateHttp();
        var admin = Client(sls, http).Admin;

        var id = await admin.BeginDeletionAsync("logs", 0, 2000, "kind: 三的倍数", Token);
        await sls.PutAsync(Log(33));
        var task = await DoneAsync(admin, id);

        Assert.Equal((id, "kind: 三的倍数", 0, 2000, 0, ""), (task.Id, task.Query, task.From, task.To, task.ErrorCode, task.ErrorMessage));
        Assert.Equal("33", Assert.Single(await sls.RowsAsync("kind: 三的倍数"))["n"]);
        var second = await admin.BeginDeletionAsync("logs", 1000, 1001, "*", Token);
        await DoneAsync(admin, second);
        var listed = await admin.ListDeletionsAsync("logs", 0, 1, Token);
        Assert.Equal((second, 2), (Assert.Single(listed.Items).Id, listed.Total));
        var unknown = await Assert.ThrowsAsync<SlsException>(() => admin.GetDeletionAsync("logs", "unknown", Token));
        Assert.Equal("ParameterInvalid", unknown.Code);
    }

    [Theory]
    [InlineData]
    [InlineData("*.terms")]
    [InlineData("columns.duckdb*")]
    public async Task Stay_gone_after_a_restart_and_when_files_were_lost(params string[] lost)
    {
        var directory = Directory.CreateTempSubdirectory("sls").FullName;
        await using (var first = await StartAsync(directory))
        {
            await DeleteAsync(first, "kind: 三的倍数");
        }
        foreach (var file in lost.SelectMany(name => Directory.EnumerateFiles(Folder(directory), name, SearchOption.AllDirectories)).ToList())
        {
            File.Delete(file);
        }
        await using (var second = await TestSls.StartAsync(directory, SmallSegments))
        {
            await CheckAsync(second);
            await second.DropBeforeAsync(1012);
            Assert.Equal("1013", Assert.Single(await second.RowsAsync("* | select min(__time__) as t from log"))["t"]);
        }
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task A_deletion_is_whole_or_not_there_whatever_byte_a_kill_stops_it_at()
    {
        var before = Directory.CreateTempSubdirectory("sls").FullName;
        await using (await StartAsync(before)) { }
        var written = new FileInfo(ShardLog(before)).Length;
        var after = Copy(before);
        await using (var sls = await TestSls.StartAsync(after, SmallSegments))
        {
            await DeleteAsync(sls, "kind: 三的倍数");
        }
        // The table does not know of the deletion yet: a kill between the log's sync and the table's commit.
        var bytes = await File.ReadAllBytesAsync(ShardLog(after), Token);
        foreach (var offset in (long[])[written, written + 1, written + 24, bytes.Length - 1, bytes.Length])
        {
            var torn = Copy(before);
            await File.WriteAllBytesAsync(ShardLog(torn), bytes[..(int)offset], Token);
            await using (var sls = await TestSls.StartAsync(torn, SmallSegments))
            {
                var found = await sls.RowsAsync("* | select count(*) as n from log");
                Assert.Equal(offset == bytes.Length ? Count - Count / 3 : Count, int.Parse(Assert.Single(found)["n"], CultureInfo.InvariantCulture));
                Assert.Equal(offset == bytes.Length ? 0 : Count / 3, (await sls.RowsAsync("kind: 三的倍数")).Count);
            }
            Directory.Delete(torn, recursive: true);
        }
        Directory.Delete(before, recursive: true);
        Directory.Delete(after, recursive: true);
    }

    [Fact]
    public async Task A_task_that_a_stop_cut_short_goes_on()
    {
        var directory = Directory.CreateTempSubdirectory("sls").FullName;
        await using (await StartAsync(directory)) { }
        var task = new DeletionTask("cut", "kind: 三的倍数", 0, 2000, Before: 16, Progress: 50);
        await File.WriteAllTextAsync(Path.Combine(Folder(directory), "deletions.json"), JsonSerializer.Serialize(new[] { task }), Token);
        await using (var sls = await TestSls.StartAsync(directory, SmallSegments))
        {
            using var http = SlsClient.CreateHttp();
            await DoneAsync(Client(sls, http).Admin, "cut");
            Assert.Equal(["15", "18", "21", "24", "27"], (await sls.RowsAsync("kind: 三的倍数")).Select(row => row["n"]));
        }
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task Those_written_meanwhile_stay()
    {
        await using var sls = await StartAsync();
        using var stop = new CancellationTokenSource();
        var written = 0;
        var writer = Task.Run(
            async () =>
            {
                for (; !stop.IsCancellationRequested; Volatile.Write(ref written, written + 1))
                {
                    await sls.PutAsync(new TestLog(1500, ("n", $"{1000 + written}"), ("kind", "neu")));
                }
            },
            Token
        );
        for (var round = 0; round < 5; round++)
        {
            await DeleteAsync(sls, $"n in [{round * 6} {round * 6 + 5}]");
            Assert.Equal(Count - (round + 1) * 6, (await sls.RowsAsync("kind: 三的倍数 or kind: 其他")).Count);
        }
        await stop.CancelAsync();
        await writer;

        Assert.Equal($"{written}", Assert.Single(await sls.RowsAsync("* | select count(*) as n from log"))["n"]);
        Assert.Equal($"{written}", Assert.Single(await sls.RowsAsync("kind: neu | select count(distinct n) as n from log"))["n"]);
    }

    /// <summary>30 logs, of which every third is of one kind.</summary>
    private static async Task<TestSls> StartAsync(string? directory = null)
    {
        var sls = await TestSls.StartAsync(directory, SmallSegments);
        await sls.ExpectOkAsync(HttpMethod.Post, "/", """{"projectName":"demo","description":""}""");
        await sls.ExpectOkAsync(HttpMethod.Post, "/logstores", """{"logstoreName":"logs","ttl":3650,"shardCount":1,"enableModify":true}""");
        await sls.ExpectOkAsync(
            HttpMethod.Post,
            "/logstores/logs/index",
            """{"keys":{"n":{"type":"long","doc_value":true},"kind":{"type":"text","doc_value":true,"token":[" "],"chn":true}}}"""
        );
        foreach (var group in Enumerable.Range(0, Count).Select(Log).Chunk(7))
        {
            await sls.PutAsync(group);
        }
        await sls.IndexedAsync();
        return sls;
    }

    private static TestLog Log(int n) => new(1000 + n, ("n", $"{n}"), ("kind", n % 3 == 0 ? "三的倍数" : "其他"));

    private static async Task CheckAsync(TestSls sls)
    {
        var left = Enumerable.Range(0, Count).Where(n => n % 3 != 0).Select(n => $"{n}").ToList();
        Assert.Equal(left, (await sls.RowsAsync("*")).Select(row => row["n"]));
        Assert.Equal(left.AsEnumerable().Reverse(), (await sls.RowsAsync("kind: 其他", reverse: true)).Select(row => row["n"]));
        Assert.Empty(await sls.RowsAsync("kind: 三的倍数"));
        Assert.Equal(left, (await sls.RowsAsync("not kind: 三的倍数")).Select(row => row["n"]));
        Assert.Equal($"{left.Count}", Assert.Single(await sls.RowsAsync("* | select count(*) as n from log"))["n"]);
        Assert.Equal("0", Assert.Single(await sls.RowsAsync("n in [0 0] | select count(*) as n from log"))["n"]);
        var parts = await sls.ExpectOkAsync(HttpMethod.Get, "/logstores/logs?type=histogram&from=0&to=2000&query=*");
        Assert.Equal(left.Count, parts!.AsArray().Sum(part => (int)part!["count"]!));
    }

    private static async Task DeleteAsync(TestSls sls, string query)
    {
        using var http = SlsClient.CreateHttp();
        await Client(sls, http).Admin.DeleteLogsAsync("logs", 0, int.MaxValue, query, Token);
    }

    private static async Task<SlsDeletion> DoneAsync(SlsAdmin admin, string id)
    {
        while (true)
        {
            var task = await admin.GetDeletionAsync("logs", id, Token);
            Assert.False(task.IsFailed, task.ErrorMessage);
            if (task.IsDone)
            {
                return task;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Token);
        }
    }

    private static SlsClient Client(TestSls sls, HttpClient http) =>
        new(SlsOptions.Parse($"Endpoint={sls.Address};Project=demo;AccessKeyId=local;AccessKeySecret=local"), http);

    private static string Folder(string directory) => Path.Combine(directory, "projects", "demo", "logs");

    private static string ShardLog(string directory) => Path.Combine(Folder(directory), "shard-0", "0000000001.log");

    private static string Copy(string directory)
    {
        var copy = Directory.CreateTempSubdirectory("sls").FullName;
        foreach (var file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(directory, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
        return copy;
    }
}
