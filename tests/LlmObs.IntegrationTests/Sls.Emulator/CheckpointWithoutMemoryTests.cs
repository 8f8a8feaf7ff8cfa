using System.Globalization;
using System.Net;
using LlmObs.IntegrationTests.Support;

namespace LlmObs.IntegrationTests.Sls.Emulator;

/// <summary>Rows that cannot be moved into the table's file for want of memory stay where they are, and the logstore goes on.</summary>
[Collection(WholeMachine.Name)]
public sealed class CheckpointWithoutMemoryTests
{
    private const int CheckpointBytes = 64 * 1024 * 1024;
    private const int ManyLogs = 200;
    private const int FewLogs = 20;
    private readonly Random random = new(1);
    private int acknowledged;

    [Fact]
    public async Task Waits_while_a_statement_may_have_all_memory()
    {
        await using var sls = await StartAsync();
        using (await sls.BeginStatementAsync())
        {
            while (Unwritten(sls) < CheckpointBytes)
            {
                Assert.Equal(HttpStatusCode.OK, await WriteAsync(sls, ManyLogs));
            }
            using (MemoryHog.Fill(sls, leaveKb: 4096))
            {
                await WriteAsync(sls, FewLogs);
                await sls.CheckpointAsync();
            }
            Assert.True(Unwritten(sls) >= CheckpointBytes, "a checkpoint was made beside a statement");
        }

        Assert.Equal(HttpStatusCode.OK, await WriteAsync(sls, FewLogs));

        Assert.True(Unwritten(sls) < CheckpointBytes, "no checkpoint was made");
        await ExpectAllAsync(sls);
    }

    [Fact]
    public async Task Is_made_up_for_when_it_found_none()
    {
        await using var sls = await StartAsync();
        Assert.Equal(HttpStatusCode.OK, await WriteAsync(sls, ManyLogs));
        using (MemoryHog.Fill(sls, leaveKb: 1))
        {
            await sls.CheckpointAsync();
            Assert.NotEqual(0, Unwritten(sls));
        }

        Assert.Equal(HttpStatusCode.OK, await WriteAsync(sls, FewLogs));
        await ExpectAllAsync(sls);
        await sls.CheckpointAsync();
        Assert.Equal(0, Unwritten(sls));
        await ExpectAllAsync(sls);
    }

    private async Task ExpectAllAsync(TestSls sls)
    {
        var counts = Assert.Single(await sls.RowsAsync("* | select count(*) as c, count(distinct n) as n from log"));
        Assert.Equal(acknowledged, int.Parse(counts["c"], CultureInfo.InvariantCulture));
        Assert.Equal(acknowledged, int.Parse(counts["n"], CultureInfo.InvariantCulture));
    }

    private async Task<HttpStatusCode> WriteAsync(TestSls sls, int count)
    {
        var logs = Enumerable
            .Range(acknowledged, count)
            .Select(n =>
            {
                var bytes = new byte[12_000];
                random.NextBytes(bytes);
                return new TestLog(1000, ("n", $"{n}"), ("text", Convert.ToBase64String(bytes)));
            });
        using var response = await sls.SendAsync(
            HttpMethod.Post,
            "/logstores/logs/shards/lb",
            TestLog.Encode(logs, "", "", []),
            "application/x-protobuf"
        );
        if (response.IsSuccessStatusCode)
        {
            acknowledged += count;
        }
        else
        {
            await ServiceError.ExpectAsync(response, "ServerBusy");
        }
        return response.StatusCode;
    }

    private static long Unwritten(TestSls sls) =>
        new FileInfo(Path.Combine(sls.Directory, "projects", "demo", "logs", "columns.duckdb.wal")) is { Exists: true } file ? file.Length : 0;

    private static async Task<TestSls> StartAsync()
    {
        var sls = await TestSls.StartAsync(null, ("Emulator:MemoryMb", "160"), ("Emulator:SpillMb", "0"));
        await sls.CreateLogstoreAsync(
            """{"keys":{"n":{"type":"long","doc_value":true},"text":{"type":"text","doc_value":true}},"max_text_len":16384}"""
        );
        return sls;
    }
}
