using LlmObs.Domain.Dify;
using LlmObs.Domain.Traces;
using LlmObs.Storage.Access;
using LlmObs.Storage.Dify;
using LlmObs.Storage.Reading;
using Microsoft.Extensions.Options;

namespace LlmObs.IntegrationTests.Ingest.Dify;

/// <summary>The shapes of Dify's database from 1.0 to 1.17, and others.</summary>
public sealed class SchemaTests(IngestDatabase database)
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    // What each version brought, taken away again; the newest first.
    private const string Before112 = "DROP INDEX workflow_run_created_at_id_idx; DROP INDEX message_created_at_id_idx;";

    private const string Before110 = "ALTER TABLE messages DROP COLUMN app_mode;";

    private const string Before19 = """
        DROP TABLE workflow_node_execution_offload;
        UPDATE workflow_node_executions SET node_execution_id = NULL, predecessor_node_id = 'start';
        """;

    private const string Before15 = """
        ALTER TABLE workflow_runs ADD COLUMN sequence_number integer NOT NULL DEFAULT 1;
        ALTER TABLE workflow_runs DROP COLUMN exceptions_count;
        UPDATE workflow_node_executions SET created_by_role = 'end-user' WHERE created_by_role = 'end_user';
        """;

    [Theory]
    [InlineData("1.0", Before112 + Before110 + Before19 + Before15)]
    [InlineData("1.8", Before112 + Before110 + Before19)]
    [InlineData("1.11", Before112)]
    public async Task An_older_shape_is_read_whole_with_every_link_and_without_scanning(string version, string older)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"Dify {version}");
        var dify = await DifyData.LoadAsync(database);
        await DifyData.ExecuteAsync(dify, older);
        var ours = database.Server.ConnectionString("ingest_" + Guid.NewGuid().ToString("N"));
        var before = await ScansAsync(dify);
        await using (var server = await DifyData.ReadingAsync(database, ours, dify))
        {
            await DifyData.UntilReadAsync(server, ours);
        }

        Assert.Equal(
            DifyData.Expected.GetProperty("rows").GetProperty("workflow_runs").GetInt32(),
            (await DifyData.ListAsync<int>(ours, "SELECT count(*)::int FROM dify_runs"))[0]
        );
        var links = DifyData
            .Expected.GetProperty("nesting")
            .EnumerateArray()
            .Where(link => link.Text("depth_kind") == "workflow-tool")
            .Select(link => $"{link.GetProperty("child_run_id").GetGuid():N} {DifyIds.Node(link.GetProperty("parent_node_execution_id").GetGuid())}")
            .ToHashSet();
        var found = await DifyData.ListAsync<string>(ours, "SELECT child_trace_id || ' ' || parent_span_id FROM trace_joins");
        Assert.Equal(511, found.Count(links.Contains));
        Assert.Equal(before, await ScansAsync(dify));
    }

    [Theory]
    [InlineData("1.0 to 1.4 number the runs", "ALTER TABLE workflow_runs ADD COLUMN sequence_number integer NOT NULL DEFAULT 1")]
    [InlineData("1.0 counts no exceptions", "ALTER TABLE workflow_runs DROP COLUMN exceptions_count")]
    [InlineData(
        "an old spelling",
        "UPDATE workflow_node_executions SET created_by_role = 'end-user'; UPDATE workflow_runs SET created_by_role = 'end-user'"
    )]
    [InlineData("up to 1.8 the execution has no id of its own", "UPDATE workflow_node_executions SET node_execution_id = NULL")]
    [InlineData("up to 1.8 a node names the one before it", "UPDATE workflow_node_executions SET predecessor_node_id = 'start'")]
    [InlineData("up to 1.8 no value lies in a file", "DROP TABLE workflow_node_execution_offload")]
    [InlineData("up to 1.9 a message does not tell the mode", "ALTER TABLE messages DROP COLUMN app_mode")]
    [InlineData("up to 1.11 runs have no index by time", "DROP INDEX workflow_run_created_at_id_idx")]
    [InlineData("up to 1.11 messages have no index by time", "DROP INDEX message_created_at_id_idx")]
    [InlineData("up to 1.16 nodes are numbered anew after a pause", "UPDATE workflow_node_executions SET index = 1 WHERE index > 2")]
    [InlineData("a run need not keep its canvas", "UPDATE workflow_runs SET graph = NULL")]
    public async Task Each_change_between_versions_by_itself_is_understood(string what, string change)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(what);
        var dify = await DifyData.LoadAsync(database);
        var runs = string.Join(',', Copilot.Runs);
        await DifyData.ExecuteAsync(
            dify,
            $"DELETE FROM workflow_runs WHERE id <> ALL ('{{{runs}}}'); DELETE FROM messages WHERE id <> '{Copilot.Message}'; {change}"
        );
        var ours = database.Server.ConnectionString("ingest_" + Guid.NewGuid().ToString("N"));
        await using var server = await DifyData.ReadingAsync(database, ours, dify);
        await DifyData.UntilReadAsync(server, ours);

        var project = await server.Get<Projects>().FindAsync("default", Cancel);
        var scope = await server.Get<RequestReader>().OfRequestAsync(project!.Id, DifyIds.Trace(Copilot.Run), Cancel);
        var tree = TraceTree.Build(await server.Get<TraceReader>().TreeSpansAsync(project.Id, scope.TraceIds, Cancel), scope.Joins);
        Assert.Equal(Copilot.Runs.Select(DifyIds.Trace).Order(StringComparer.Ordinal), scope.TraceIds.Order(StringComparer.Ordinal));
        Assert.Equal(DifyIds.Message(Copilot.Message), Assert.Single(tree.Roots).Span.SpanId);
        Assert.Equal(Copilot.Tokens, TraceRollup.Summarise(tree).Usage!.TotalTokens);
    }

    [Fact]
    public async Task A_shape_of_tomorrow_with_more_columns_is_read()
    {
        var dify = await DifyData.LoadAsync(database);
        await DifyData.ExecuteAsync(dify, "ALTER TABLE workflow_runs ADD COLUMN tomorrow text; ALTER TABLE messages ADD COLUMN tomorrow text");
        await using var reader = Reader(dify);

        Assert.Equal(new DifySchema(HasTimeIndex: true, HasOffload: true, HasExceptions: true), await DifySchema.ReadAsync(reader, Cancel));
    }

    [Theory]
    [InlineData("workflow_runs", "elapsed_time")]
    [InlineData("workflow_runs", "graph")]
    [InlineData("workflow_node_executions", "execution_metadata")]
    [InlineData("messages", "workflow_run_id")]
    [InlineData("message_feedbacks", "rating")]
    [InlineData("message_agent_thoughts", "tool_meta_str")]
    [InlineData("tool_workflow_providers", "app_id")]
    public async Task A_database_that_lacks_a_column_is_refused_with_its_name(string table, string column)
    {
        var dify = await DifyData.LoadAsync(database);
        await DifyData.ExecuteAsync(dify, $"ALTER TABLE {table} RENAME COLUMN {column} TO renamed");
        await using var reader = Reader(dify);

        var refused = await Assert.ThrowsAsync<DifyUnavailableException>(() => DifySchema.ReadAsync(reader, Cancel));
        Assert.Contains($"table {table} has no column {column}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_database_is_shown_with_the_reason_and_nothing_is_read_of_it()
    {
        var dify = await DifyData.LoadAsync(database);
        await DifyData.ExecuteAsync(dify, "DROP TABLE message_annotations");
        await using var server = await DifyData.ReadingAsync(
            database,
            database.Server.ConnectionString("ingest_" + Guid.NewGuid().ToString("N")),
            dify
        );
        await DifyData.UntilAsync(async () => (await server.Get<DifyProgress>().StatusAsync(Cancel)) is [{ IsFailing: true }], "the reader refuses");

        var status = (await server.Get<DifyProgress>().StatusAsync(Cancel))[0];
        Assert.Contains("there is no table message_annotations, or the user may not read it", status.LastError, StringComparison.Ordinal);
        Assert.Equal(0, (await DifyData.ListAsync<int>(server.ConnectionString, "SELECT count(*)::int FROM spans"))[0]);
    }

    private static DifyDatabase Reader(string dify) => new(Options.Create(new DifyReaderOptions { ConnectionString = dify }), TimeProvider.System);

    // A session counts its scans when it ends at the latest.
    private static async Task<List<string>> ScansAsync(string dify)
    {
        await DifyData.UntilAsync(
            async () =>
                (
                    await DifyData.ListAsync<long>(
                        dify,
                        """
                        SELECT count(*) FROM pg_stat_activity
                        WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
                        """
                    )
                )[0] == 0,
            "other sessions have ended"
        );
        return await DifyData.ListAsync<string>(
            dify,
            """
            SELECT relname || ' ' || seq_scan FROM pg_stat_user_tables
            WHERE relname IN ('workflow_runs', 'workflow_node_executions', 'messages') ORDER BY relname
            """
        );
    }
}
