using LlmObs.Sls;

namespace LlmObs.IntegrationTests.Sls.Emulator;

/// <summary>The client's reader against the emulator, over HTTP and signed by the client's own code.</summary>
public sealed class SlsReaderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("V1")]
    [InlineData("V1-SHA256")]
    [InlineData("V4")]
    public async Task Writes_by_key_and_reads_by_cursor(string signature)
    {
        await using var sls = await TestSls.StartAsync();
        await sls.CreateLogstoreAsync(SixLogs.Index);
        using var http = SlsClient.CreateHttp();
        var client = Client(sls, http, signature);
        var reader = client.Reader("logs");
        var shards = await reader.ListShardsAsync(Token);
        Assert.Equal([(0, true), (1, true)], shards.Select(shard => (shard.Id, shard.IsWritable)));

        var group = new SlsLogGroup([new SlsLog(100, 5, [new("msg", "上海")])], "topic", "source", [new("host", "h1")]);
        await client.PutLogsByKeyAsync("logs", group, shards[1].BeginKey, Token);
        await client.PutLogsByKeyAsync("logs", group with { Topic = "second" }, shards[1].BeginKey, Token);

        var begin = await reader.BeginCursorAsync(1, Token);
        var first = await reader.PullAsync(1, begin, 1, null, Token);
        var read = Assert.Single(first.Groups);
        Assert.Equal(("topic", "source", 100u, 5u), (read.Topic, read.Source, read.Logs[0].Time, read.Logs[0].TimeNanos));
        Assert.Equal([new("msg", "上海")], read.Logs[0].Contents);
        Assert.Equal([new("host", "h1")], read.Tags!);
        var second = await reader.PullAsync(1, first.NextCursor, 1000, null, Token);
        Assert.Equal("second", Assert.Single(second.Groups).Topic);
        var last = await reader.PullAsync(1, second.NextCursor, 1000, null, Token);
        Assert.Empty(last.Groups);
        Assert.Equal(second.NextCursor, last.NextCursor);
        Assert.Equal(second.NextCursor, await reader.EndCursorAsync(1, Token));
        Assert.Empty((await reader.PullAsync(0, await reader.BeginCursorAsync(0, Token), 1000, null, Token)).Groups);

        var now = TimeProvider.System.GetUtcNow();
        Assert.InRange(await reader.CursorTimeAsync(1, first.NextCursor, Token), now.AddMinutes(-1), now.AddSeconds(5));
        Assert.Equal(second.NextCursor, await reader.CursorAtAsync(1, now.AddMinutes(5), Token));
        Assert.Equal("InvalidCursor", (await Assert.ThrowsAsync<SlsException>(() => reader.PullAsync(1, "nonsense", 1, null, Token))).Code);
    }

    [Fact]
    public async Task Writes_as_web_pages_do_where_the_logstore_allows_it()
    {
        await using var sls = await TestSls.StartAsync();
        await sls.CreateLogstoreAsync(SixLogs.Index);
        using var http = SlsClient.CreateHttp();
        var client = Client(sls, http, "V4");
        await client.Admin.CreateLogstoreAsync(new("pages", 7, 1) { AllowsTracking = true }, Token);
        var group = new SlsLogGroup([new SlsLog(100, 0, [new("msg", "上海"), new("page", "/a?b=1")])], "clicks", "browser", [new("host", "h1")]);

        await client.PutWebTrackingAsync("pages", group, Token);
        var refused = await Assert.ThrowsAsync<SlsException>(() => client.PutWebTrackingAsync("logs", group, Token));

        Assert.Equal((401, "Unauthorized"), (refused.Status, refused.Code));
        var reader = client.Reader("pages");
        var read = Assert.Single((await reader.PullAsync(0, await reader.BeginCursorAsync(0, Token), 10, null, Token)).Groups);
        Assert.Equal(("clicks", "browser"), (read.Topic, read.Source));
        Assert.Equal([new("host", "h1")], read.Tags!);
        Assert.Equal([new("msg", "上海"), new("page", "/a?b=1")], Assert.Single(read.Logs).Contents);
    }

    [Fact]
    public async Task Splits_merges_and_shares_shards_out()
    {
        await using var sls = await TestSls.StartAsync();
        await sls.CreateLogstoreAsync(SixLogs.Index);
        using var http = SlsClient.CreateHttp();
        var reader = Client(sls, http, "V4").Reader("logs");
        Assert.Equal([0, 2, 3], (await reader.SplitShardAsync(0, null, Token)).Select(shard => shard.Id));
        Assert.Equal([2, 3, 4], (await reader.MergeShardsAsync(2, Token)).Select(shard => shard.Id));

        await reader.CreateConsumerGroupAsync(new("exporter", 60, false), Token);
        await reader.UpdateConsumerGroupAsync(new("exporter", 30, true), Token);
        Assert.Equal([new("exporter", 30, true)], await reader.ListConsumerGroupsAsync(Token));
        Assert.Equal([0, 1, 2, 3, 4], await reader.HeartbeatAsync("exporter", "c1", [], Token));
        Assert.Empty(await reader.HeartbeatAsync("exporter", "c2", [], Token));

        var cursor = await reader.EndCursorAsync(1, Token);
        await reader.SaveCheckpointAsync("exporter", "c1", 1, cursor, force: false, Token);
        Assert.Equal(
            "InvalidShardCheckPoint",
            (await Assert.ThrowsAsync<SlsException>(() => reader.SaveCheckpointAsync("exporter", "c2", 1, cursor, force: false, Token))).Code
        );
        await reader.SaveCheckpointAsync("exporter", "c2", 2, cursor, force: true, Token);
        Assert.Equal(
            [(1, cursor, "c1"), (2, cursor, "c2")],
            (await reader.CheckpointsAsync("exporter", Token)).Select(checkpoint => (checkpoint.Shard, checkpoint.Cursor, checkpoint.Consumer))
        );
        await reader.DeleteConsumerGroupAsync("exporter", Token);
        Assert.Equal("ConsumerGroupNotExist", (await Assert.ThrowsAsync<SlsException>(() => reader.CheckpointsAsync("exporter", Token))).Code);
    }

    private static SlsClient Client(TestSls sls, HttpClient http, string signature) =>
        new(SlsOptions.Parse($"Endpoint={sls.Address};Project=demo;AccessKeyId=local;AccessKeySecret=local;Signature={signature}"), http);
}
