using LlmObs.Sls;

namespace LlmObs.IntegrationTests.Sls;

/// <summary>The client's promises, against any SLS.</summary>
public sealed class ConformanceTests
{
    private const string Index = """
        {"ttl":1,"line":{"token":[" ",",",":","\"","{","}"],"caseSensitive":false,"chn":true},
         "keys":{"service":{"type":"text","token":[" "],"doc_value":true},"status":{"type":"long","doc_value":true}}}
        """;

    private static readonly long Now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
    private static readonly SlsQuery Everything = new("*", Now - 600, Now + 600, Reverse: false);
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(SlsTarget.All), MemberType = typeof(SlsTarget))]
    public async Task Writes_finds_counts_and_analyses(string name)
    {
        await using var target = await SlsTarget.OpenAsync(name, Token);
        var client = target.Client;
        Assert.True(await client.EnsureIndexAsync(target.Logstore, Index, Token));
        await target.PutAsync(Numbered(250), Everything, 250, Token);

        var streamed = new List<string>();
        await foreach (var log in client.StreamLogsAsync(target.Logstore, Everything, Token))
        {
            streamed.Add(log["n"]);
        }
        Assert.Equal(Enumerable.Range(0, 250), streamed.Select(int.Parse).Order());

        var found = await client.GetLogsAsync(
            target.Logstore,
            Everything with
            {
                Query = new SlsQueryBuilder().AtLeast("status", 500).Search(),
            },
            Token
        );
        Assert.True(found.IsComplete);
        Assert.Equal(25, found.Rows.Count);
        Assert.All(found.Rows, row => Assert.Equal(("web", "10.0.0.1", "h1"), (row["__topic__"], row["__source__"], row["__tag__:host"])));

        var parts = await client.GetHistogramsAsync(target.Logstore, Everything, Token, TimeSpan.FromSeconds(60));
        Assert.Equal(250, parts.Count);
        Assert.Equal((Everything.From, Everything.To), (parts.Buckets[0].From, parts.Buckets[^1].To));

        var analysis = await client.GetLogsAsync(
            target.Logstore,
            Everything with
            {
                Query = "* | select service, count(*) as n group by service order by service",
            },
            Token
        );
        Assert.Equal(["service", "n"], analysis.Columns);
        Assert.Equal([("even", "125"), ("odd", "125")], analysis.Rows.Select(row => (row["service"], row["n"])));
        Assert.True(analysis is { IsComplete: true, IsAccurate: true });

        var statement = $"select count(*) as n from \"{target.Logstore}\" where __time__ >= {Everything.From} and __time__ < {Everything.To}";
        Assert.Equal("250", Assert.Single((await client.GetProjectLogsAsync(statement, powerSql: false, Token)).Rows)["n"]);
    }

    [Theory]
    [MemberData(nameof(SlsTarget.All), MemberType = typeof(SlsTarget))]
    public async Task Finds_what_was_written_around_a_log(string name)
    {
        await using var target = await SlsTarget.OpenAsync(name, Token);
        await target.Client.Admin.CreateIndexAsync(target.Logstore, Index, Token);
        var written = 0;
        // Packs 9 and 10 in hex order, and one of another producer between them.
        foreach (var pack in (string[])["AB12CD34EF567890-9", "FFFFFFFFFFFFFFFF-1", "AB12CD34EF567890-A"])
        {
            var group = Numbered(2, from: written) with { Tags = [new("__pack_id__", pack)] };
            written += 2;
            await target.PutAsync(group, Everything, written, Token);
        }

        var anchor = Assert.Single((await target.Client.GetLogsAsync(target.Logstore, Everything with { Query = "n1|with_pack_meta" }, Token)).Rows);
        var context = await target.Client.GetContextAsync(
            target.Logstore,
            anchor["__tag__:__pack_id__"],
            anchor["__pack_meta__"],
            back: 10,
            forward: 10,
            Token
        );

        Assert.True(context.IsComplete);
        Assert.Equal([("-1", "0"), ("0", "1"), ("1", "4"), ("2", "5")], context.Logs.Select(log => (log["__index_number__"], log["n"])));
        var first = await target.Client.GetContextAsync(
            target.Logstore,
            anchor["__tag__:__pack_id__"],
            context.Logs[0]["__pack_meta__"],
            5,
            1,
            Token
        );
        Assert.Equal(["0", "1"], first.Logs.Select(log => log["__index_number__"]));
    }

    [Theory]
    [MemberData(nameof(SlsTarget.All), MemberType = typeof(SlsTarget))]
    public async Task Reads_by_cursor_what_was_written_by_key(string name)
    {
        await using var target = await SlsTarget.OpenAsync(name, Token);
        await target.Client.Admin.CreateIndexAsync(target.Logstore, Index, Token);
        await target.PutAsync(Numbered(1), Everything, 1, Token);
        await target.Client.PutAllLogsAsync(target.Logstore, Numbered(3, from: 1), new string('a', 32), Token);
        var reader = target.Client.Reader(target.Logstore);

        var read = new List<string>();
        await foreach (var pull in reader.StreamAsync(0, await reader.BeginCursorAsync(0, Token), null, Token))
        {
            read.AddRange(pull.Groups.SelectMany(group => group.Logs).Select(log => log.Contents.Single(field => field.Key == "n").Value));
        }

        Assert.Equal(["0", "1", "2", "3"], read);
    }

    [Theory]
    [MemberData(nameof(SlsTarget.All), MemberType = typeof(SlsTarget))]
    public async Task Manages_logstores_and_says_what_is_wrong(string name)
    {
        await using var target = await SlsTarget.OpenAsync(name, Token);
        var admin = target.Client.Admin;
        Assert.Equal("Normal", (await admin.GetProjectAsync(Token)).Status);
        Assert.Contains(
            target.Client.Options.Project,
            (await admin.ListProjectsAsync(target.Client.Options.Project, 0, 100, Token)).Items.Select(p => p.Name)
        );
        Assert.Equal([target.Logstore], (await admin.ListLogstoresAsync(target.Logstore, 0, 10, Token)).Items);

        await admin.UpdateLogstoreAsync(new SlsLogstore(target.Logstore, 7, 1) { AllowsTracking = true }, Token);
        var changed = await admin.GetLogstoreAsync(target.Logstore, Token);
        Assert.Equal((7, 1, true), (changed.TtlDays, changed.ShardCount, changed.AllowsTracking));

        await FailsAsync("LogStoreAlreadyExist", 400, () => admin.CreateLogstoreAsync(new SlsLogstore(target.Logstore, 7, 1), Token));
        await FailsAsync("LogStoreNotExist", 404, () => admin.GetLogstoreAsync("not-there", Token));
        await FailsAsync("IndexConfigNotExist", null, () => admin.GetIndexAsync(target.Logstore, Token));
        await admin.CreateIndexAsync(target.Logstore, Index, Token);
        await FailsAsync("IndexAlreadyExist", 400, () => admin.CreateIndexAsync(target.Logstore, Index, Token));
        Assert.Contains("\"status\"", await admin.GetIndexAsync(target.Logstore, Token), StringComparison.Ordinal);
        await admin.DeleteIndexAsync(target.Logstore, Token);
    }

    private static async Task FailsAsync(string code, int? status, Func<Task> call)
    {
        var error = await Assert.ThrowsAsync<SlsException>(call);
        Assert.Equal((code, false), (error.Code, error.IsRetryable));
        Assert.NotEmpty(error.RequestId!);
        Assert.Equal(status ?? error.Status, error.Status);
    }

    private static SlsLogGroup Numbered(int count, int from = 0) =>
        new(
            [
                .. Enumerable
                    .Range(from, count)
                    .Select(n => new SlsLog(
                        (uint)(Now + n / 100),
                        (uint)n,
                        [
                            new("n", $"{n}"),
                            new("word", $"n{n}"),
                            new("service", n % 2 == 0 ? "even" : "odd"),
                            new("status", n % 10 == 0 ? "500" : "200"),
                        ]
                    )),
            ],
            "web",
            "10.0.0.1",
            [new("host", "h1")]
        );
}
