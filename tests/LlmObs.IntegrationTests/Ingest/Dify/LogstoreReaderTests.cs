using System.IO.Compression;
using System.Text.Json;
using LlmObs.Domain.Dify;
using LlmObs.IntegrationTests.TraceLog;
using LlmObs.Sls;
using LlmObs.Storage.Dify;

namespace LlmObs.IntegrationTests.Ingest.Dify;

/// <summary>Dify's SLS logstores, alone and beside its database.</summary>
public sealed class LogstoreReaderTests(IngestDatabase database)
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_every_row_the_newest_version_counts_and_values_are_whole()
    {
        await using var sls = await LocalSls.StartAsync();
        var connection = sls.ConnectionString.Replace("Project=llmobs", "Project=dify", StringComparison.Ordinal);
        await FillAsync(connection);
        var dify = await DifyData.LoadAsync(database);
        var ours = database.Server.ConnectionString("ingest_" + Guid.NewGuid().ToString("N"));
        await using var server = await DifyData.ReadingAsync(database, ours, dify, ("Dify:Logstores:ConnectionString", connection));
        await DifyData.UntilAsync(() => IsReadAsync(server, ours), "the logstores are read");

        var nodes = await DifyData.ListAsync<Guid>(dify, "SELECT id FROM workflow_node_executions");
        var failed = DifyData.Expected.GetProperty("node_status");
        Assert.Equal(nodes.Count, await CountAsync(ours, nodes.Select(DifyIds.Node), "true"));
        Assert.Equal(
            failed.GetProperty("failed").GetInt64() + failed.GetProperty("exception").GetInt64() + failed.GetProperty("retry").GetInt64(),
            await CountAsync(ours, nodes.Select(DifyIds.Node), "status = 2")
        );
        foreach (var cut in DifyData.Expected.GetProperty("offloaded_node_executions").EnumerateArray())
        {
            var trace = await DifyData.ListAsync<string>(ours, $"SELECT trace_id FROM spans WHERE span_id = '{DifyIds.Node(cut.GetGuid())}'");
            var span = Assert.Single(
                await server.TraceAsync("default", Assert.Single(trace)),
                record => record.Span.SpanId == DifyIds.Node(cut.GetGuid())
            );
            Assert.EndsWith("the end\"}", span.Content.Output, StringComparison.Ordinal);
            Assert.DoesNotContain(span.Content.Notes, note => note.Contains("cut copy", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Alone_they_tell_which_run_hangs_under_which_call_wherever_inputs_and_time_leave_no_choice()
    {
        await using var sls = await LocalSls.StartAsync();
        var connection = sls.ConnectionString.Replace("Project=llmobs", "Project=dify", StringComparison.Ordinal);
        await FillAsync(connection);
        var ours = database.Server.ConnectionString("ingest_" + Guid.NewGuid().ToString("N"));
        await using var server = await (await IngestServer.StartAsync(database, ours, ("Dify:Logstores:ConnectionString", connection))).ReadyAsync();
        await DifyData.UntilAsync(async () => await ReadRowsAsync(server) >= 11_172 && await DifyData.IsWrittenAsync(ours), "the logstores are read");

        var expected = DifyData
            .Expected.GetProperty("nesting")
            .EnumerateArray()
            .Where(link => link.Text("depth_kind") == "workflow-tool")
            .Select(link => $"{link.GetProperty("child_run_id").GetGuid():N} {DifyIds.Node(link.GetProperty("parent_node_execution_id").GetGuid())}")
            .ToList();
        var joins = await DifyData.ListAsync<string>(
            ours,
            "SELECT child_trace_id || ' ' || parent_span_id FROM trace_joins WHERE parent_span_id IS NOT NULL"
        );
        Assert.Empty(joins.Except(expected));
        Assert.Equal(511, expected.Intersect(joins).Count());
    }

    private static async Task<long> ReadRowsAsync(IngestServer server) =>
        (await server.Get<DifyProgress>().StatusAsync(Cancel))
            .Where(reader => reader.Source == "sls")
            .Sum(reader => reader.Streams.Sum(stream => stream.RowsRead));

    private static async Task<bool> IsReadAsync(IngestServer server, string ours)
    {
        return await ReadRowsAsync(server) >= 11_172
            && (await DifyData.ListAsync<long>(ours, "SELECT count(*) FROM updated_spans WHERE due_at IS NOT NULL"))[0] == 0
            && (await DifyData.ListAsync<bool>(ours, "SELECT coalesce(bool_and(is_done), false) FROM dify_streams WHERE stream LIKE '%.history'"))[0];
    }

    private static async Task<long> CountAsync(string ours, IEnumerable<string> spanIds, string condition) =>
        (await DifyData.ListAsync<long>(ours, $"SELECT count(*) FROM spans WHERE span_id = ANY ('{{{string.Join(',', spanIds)}}}') AND {condition}"))[
            0
        ];

    // The newest first, as nobody would send them: the order must not matter.
    private static async Task FillAsync(string connection)
    {
        using var http = SlsClient.CreateHttp();
        var client = new SlsClient(SlsOptions.Parse(connection), http);
        await client.CreateProjectIfMissingAsync("Dify", Cancel);
        await using var packed = new GZipStream(File.OpenRead(DifyData.Path("dify-sls.jsonl.gz")), CompressionMode.Decompress);
        var lines = (await new StreamReader(packed).ReadToEndAsync(Cancel)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (
            var logstore in lines
                .AsEnumerable()
                .Reverse()
                .Select(line => JsonElement.Parse(line))
                .GroupBy(log => log.GetProperty("__logstore__").GetString()!)
        )
        {
            await client.CreateLogstoreIfMissingAsync(logstore.Key, 30, 2, Cancel);
            var place = 0;
            foreach (var portion in logstore.Chunk(500))
            {
                var logs = portion.Select(log => new SlsLog((uint)log.GetProperty("__time__").GetInt64(), 0, [.. Fields(log)])).ToList();
                await client.PutAllLogsAsync(logstore.Key, new(logs, "", "dify-api"), (place++ % 2 == 0 ? "0" : "f").PadRight(32, '0'), Cancel);
            }
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Fields(JsonElement log) =>
        log.EnumerateObject()
            .Where(field => !field.Name.StartsWith("__", StringComparison.Ordinal))
            // What the database has a cut copy of ends in three dots there; SLS has the whole.
            .Select(field => KeyValuePair.Create(field.Name, field.Value.GetString()!.Replace("...\"}", "the end\"}", StringComparison.Ordinal)));
}
