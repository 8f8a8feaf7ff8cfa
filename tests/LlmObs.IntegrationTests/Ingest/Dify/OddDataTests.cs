using LlmObs.Domain.Dify;
using LlmObs.Domain.Traces;
using LlmObs.LocalHost.Postgres;
using LlmObs.Storage.Dify;

namespace LlmObs.IntegrationTests.Ingest.Dify;

/// <summary>Rows that a real database has and a tidy one has not.</summary>
public sealed class OddDataTests(IngestDatabase database)
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Broken_rows_neither_stop_the_reader_nor_draw_a_wrong_tree()
    {
        var dify = await DifyData.LoadAsync(database);
        var ours = NewDatabase();
        Guid broken = Guid.NewGuid(),
            huge = Guid.NewGuid(),
            lonely = Guid.NewGuid();
        await DifyData.ExecuteAsync(
            dify,
            Run(broken, """{"a": NaN, "b": "\ud800", "c": "\u0000"}""", "2026-11-01 10:00:00", "2026-11-01 09:59:00")
                + Node(broken, 1, "n1", "llm", """{"x": [1,2""", """{"prompts": "oops", "usage": []}""", "not json")
                + Node(broken, 2, "n2", "tool", "[]", "null", """{"tool_info": {"provider_type": "workflow", "provider_id": "nonsense"}}""")
                + Node(broken, 3, "n3", "code", "{}", "{}", """{"loop_id": "n3", "loop_index": -7}""")
                + Node(broken, 4, "n4", "code", "{}", "{}", """{"iteration_id": "missing", "iteration_index": 1}""")
                + Node(broken, 5, "n5", "a-type-of-tomorrow", "{}", "{}", """{"agent_log": {"label": 5}}""")
                + Node(lonely, 1, "n1", "start", "{}", "{}", "{}")
                + Run(huge, "{}", "2026-11-01 11:00:00", "2026-11-01 12:00:00")
                + $"""
                INSERT INTO workflow_node_executions (id, tenant_id, app_id, workflow_id, triggered_from, workflow_run_id, index, node_id, node_type, title,
                    inputs, process_data, outputs, status, elapsed_time, created_at, created_by_role, created_by, finished_at)
                SELECT gen_random_uuid(), r.tenant_id, r.app_id, r.workflow_id, 'workflow-run', r.id, n, 'n' || n, 'code', 'step ' || n, repeat('中', 400), NULL,
                    CASE n WHEN 1 THEN repeat('x', 1048576) END, 'succeeded', 1, r.created_at + n * interval '1 second', r.created_by_role, r.created_by,
                    r.created_at + (n + 1) * interval '1 second'
                FROM workflow_runs AS r, generate_series(1, 2500) AS n WHERE r.id = '{huge}';
                """
        );
        await using var server = await DifyData.ReadingAsync(database, ours, dify);
        await DifyData.UntilReadAsync(server, ours);

        Assert.Null((await server.Get<DifyProgress>().StatusAsync(Cancel))[0].LastError);
        var tree = TraceTree.Build((await server.TraceAsync("default", DifyIds.Trace(broken))).Select(record => record.Span));
        var root = Assert.Single(tree.Roots);
        Assert.Equal(DifyIds.Workflow(broken), root.Span.SpanId);
        Assert.Equal(5, root.Children.Count);
        Assert.Equal(2501, (await DifyData.ListAsync<int>(ours, $"SELECT count(*)::int FROM spans WHERE trace_id = '{huge:N}'"))[0]);
        Assert.Equal(0, (await DifyData.ListAsync<int>(ours, $"SELECT count(*)::int FROM spans WHERE trace_id = '{lonely:N}'"))[0]);
    }

    [Fact]
    public async Task A_workflow_that_calls_itself_is_a_chain_and_a_skewed_clock_is_forgiven()
    {
        var dify = await DifyData.LoadAsync(database);
        var ours = NewDatabase();
        Guid first = Guid.NewGuid(),
            second = Guid.NewGuid(),
            third = Guid.NewGuid();
        const string inputs = """{"question": "again"}""";
        await DifyData.ExecuteAsync(
            dify,
            Run(first, inputs, "2026-11-01 10:00:00", "2026-11-01 10:10:00")
                + Call(first, inputs, "2026-11-01 10:01:00", "2026-11-01 10:09:00")
                + Run(second, inputs, "2026-11-01 10:00:59", "2026-11-01 10:09:01")
                + Call(second, inputs, "2026-11-01 10:02:00", "2026-11-01 10:08:00")
                + Run(third, inputs, "2026-11-01 10:02:01", "2026-11-01 10:07:59")
        );
        await using var server = await DifyData.ReadingAsync(database, ours, dify);
        await DifyData.UntilReadAsync(server, ours);

        var joins = await DifyData.ListAsync<string>(
            ours,
            $"SELECT child_trace_id || ' ' || coalesce(parent_trace_id, 'open') FROM trace_joins WHERE child_trace_id IN ('{first:N}', '{second:N}', '{third:N}')"
        );
        Assert.Equal(new[] { $"{second:N} {first:N}", $"{third:N} {second:N}" }.Order(StringComparer.Ordinal), joins.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Equal_calls_at_the_same_time_stay_open_between_their_candidates()
    {
        var dify = await DifyData.LoadAsync(database);
        var ours = NewDatabase();
        Guid parent = Guid.NewGuid(),
            one = Guid.NewGuid(),
            other = Guid.NewGuid();
        const string inputs = """{"question": "twice"}""";
        await DifyData.ExecuteAsync(
            dify,
            Run(parent, "{}", "2026-11-01 10:00:00", "2026-11-01 10:10:00")
                + Call(parent, inputs, "2026-11-01 10:01:00", "2026-11-01 10:09:00")
                + Call(parent, inputs, "2026-11-01 10:01:00", "2026-11-01 10:09:00")
                + Run(one, inputs, "2026-11-01 10:02:00", "2026-11-01 10:03:00")
                + Run(other, inputs, "2026-11-01 10:02:00", "2026-11-01 10:03:00")
        );
        await using var server = await DifyData.ReadingAsync(database, ours, dify);
        await DifyData.UntilReadAsync(server, ours);

        var open = await DifyData.ListAsync<int>(
            ours,
            $"SELECT cardinality(candidate_span_ids) FROM trace_joins WHERE parent_trace_id IS NULL AND child_trace_id IN ('{one:N}', '{other:N}')"
        );
        Assert.Equal([2, 2], open);
    }

    [Fact]
    public async Task A_child_that_arrives_later_joins_then()
    {
        var dify = await DifyData.LoadAsync(database);
        var ours = NewDatabase();
        Guid parent = Guid.NewGuid(),
            child = Guid.NewGuid();
        const string inputs = """{"question": "later"}""";
        await DifyData.ExecuteAsync(
            dify,
            Run(parent, "{}", "2026-11-20 10:00:00", "2026-11-20 10:10:00") + Call(parent, inputs, "2026-11-20 10:01:00", "2026-11-20 10:09:00")
        );
        await using var server = await DifyData.ReadingAsync(database, ours, dify, ("Dify:Reader:OverlapSeconds", "600"));
        await DifyData.UntilReadAsync(server, ours);
        await DifyData.ExecuteAsync(dify, Run(child, inputs, "2026-11-20 10:02:00", "2026-11-20 10:03:00"));

        await DifyData.UntilAsync(
            async () =>
                (
                    await DifyData.ListAsync<string>(ours, $"SELECT parent_trace_id FROM trace_joins WHERE child_trace_id = '{child:N}'")
                ).SequenceEqual([DifyIds.Trace(parent)]),
            "the child joins"
        );
    }

    [Fact]
    public async Task A_row_that_is_committed_hours_after_its_time_is_read()
    {
        var dify = await DifyData.LoadAsync(database);
        var ours = NewDatabase();
        Guid late = Guid.NewGuid(),
            newest = Guid.NewGuid();
        await DifyData.ExecuteAsync(dify, Run(newest, "{}", "2026-12-01 10:00:00", "2026-12-01 10:01:00"));
        await using var server = await DifyData.ReadingAsync(database, ours, dify, ("Dify:Reader:LateSeconds", "1"));
        await DifyData.UntilReadAsync(server, ours);
        await DifyData.ExecuteAsync(dify, Run(late, "{}", "2026-12-01 06:00:00", "2026-12-01 06:01:00"));

        await DifyData.UntilAsync(async () => (await server.TraceAsync("default", DifyIds.Trace(late))).Count == 1, "the late run is read");
    }

    [Fact]
    public async Task History_can_be_paused_and_goes_on_where_it_was()
    {
        var dify = await DifyData.LoadAsync(database);
        var ours = NewDatabase();
        await using (await (await IngestServer.StartAsync(database, ours)).ReadyAsync())
        {
            await DifyData.ExecuteAsync(ours, "INSERT INTO dify_readers (source, is_paused) VALUES ('postgres', true)");
        }

        await using var server = await DifyData.ReadingAsync(database, ours, dify);
        var progress = server.Get<DifyProgress>();
        await DifyData.UntilAsync(async () => (await progress.StatusAsync(Cancel)) is [{ PolledAt: not null }], "a turn went through");
        var paused = (await progress.StatusAsync(Cancel))[0];
        Assert.All(paused.Streams.Where(stream => stream.IsHistory), stream => Assert.Equal((0, 0), (stream.RowsRead, stream.Share)));

        await progress.PauseAsync("postgres", false, Cancel);
        await DifyData.UntilReadAsync(server, ours);
        Assert.All((await progress.StatusAsync(Cancel))[0].Streams.Where(stream => stream.IsHistory), stream => Assert.Equal(1, stream.Share));
    }

    [Fact]
    public async Task One_of_two_replicas_has_the_turn()
    {
        await using var server = await (await IngestServer.StartAsync(database)).ReadyAsync();
        var progress = server.Get<DifyProgress>();
        Guid one = Guid.NewGuid(),
            other = Guid.NewGuid();

        Assert.NotNull(await progress.ClaimAsync("postgres", one, TimeSpan.FromMinutes(1), Cancel));
        Assert.Null(await progress.ClaimAsync("postgres", other, TimeSpan.FromMinutes(1), Cancel));
        Assert.NotNull(await progress.ClaimAsync("postgres", one, TimeSpan.Zero, Cancel));
        Assert.NotNull(await progress.ClaimAsync("postgres", other, TimeSpan.FromMinutes(1), Cancel));
    }

    [Fact]
    public async Task What_happened_while_Difys_database_was_away_is_read_when_it_is_back()
    {
        var directory = Directory.CreateTempSubdirectory("llmobs-dify-");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(directory.FullName, (UnixFileMode)0b111_101_101);
        }

        var ours = NewDatabase();
        var run = Guid.NewGuid();
        var away = await StartAsync(directory, 0);
        await DifyData.LoadAsync(away.ConnectionString("postgres"));
        await using var server = await DifyData.ReadingAsync(database, ours, away.ConnectionString("postgres"));
        await DifyData.UntilReadAsync(server, ours);
        var port = new Npgsql.NpgsqlConnectionStringBuilder(away.ConnectionString("postgres")).Port;
        await away.DisposeAsync();
        await DifyData.UntilAsync(async () => (await server.Get<DifyProgress>().StatusAsync(Cancel))[0].IsFailing, "the reader notices");

        await using var back = await StartAsync(directory, port);
        await DifyData.ExecuteAsync(back.ConnectionString("postgres"), Run(run, "{}", "2026-12-01 10:00:00", "2026-12-01 10:01:00"));
        await DifyData.UntilAsync(async () => (await server.TraceAsync("default", DifyIds.Trace(run))).Count == 1, "the run is read");
        Assert.False((await server.Get<DifyProgress>().StatusAsync(Cancel))[0].IsFailing);
        await back.DisposeAsync();
        directory.Delete(recursive: true);
    }

    private static Task<PostgresServer> StartAsync(DirectoryInfo directory, int port) =>
        PostgresServer.StartAsync(
            new()
            {
                Directory = directory.FullName,
                Port = port,
                Settings = new Dictionary<string, string> { ["fsync"] = "off" },
            }
        );

    private string NewDatabase() => database.Server.ConnectionString("ingest_" + Guid.NewGuid().ToString("N"));

    // All of the app that the fixture publishes as the tool schema_rag.
    private static string Run(Guid id, string inputs, string start, string end) =>
        $"""
            INSERT INTO workflow_runs (id, tenant_id, app_id, workflow_id, type, triggered_from, version, inputs, status, elapsed_time, total_tokens, created_by_role,
                created_by, created_at, finished_at)
            SELECT '{id}', t.tenant_id, t.app_id, gen_random_uuid(), 'workflow', 'app-run', '1', '{inputs}', 'succeeded', 1, 0, 'account',
                '00000000-0000-0000-0000-00000000000a', '{start}', '{end}'
            FROM tool_workflow_providers AS t WHERE name = 'schema_rag';
            """;

    private static string Call(Guid run, string inputs, string start, string end) =>
        $$"""
            INSERT INTO workflow_node_executions (id, tenant_id, app_id, workflow_id, triggered_from, workflow_run_id, index, node_id, node_type, title, inputs,
                process_data, outputs, status, elapsed_time, execution_metadata, created_at, created_by_role, created_by, finished_at)
            SELECT gen_random_uuid(), t.tenant_id, t.app_id, gen_random_uuid(), 'workflow-run', '{{run}}', 1, 'call', 'tool', 'call', '{{inputs}}', '{}', '{}', 'succeeded', 1,
                json_build_object('tool_info', json_build_object('provider_type', 'workflow', 'provider_id', t.id)), '{{start}}', 'account',
                '00000000-0000-0000-0000-00000000000a', '{{end}}'
            FROM tool_workflow_providers AS t WHERE name = 'schema_rag';
            """;

    private static string Node(Guid run, int index, string nodeId, string type, string inputs, string processData, string metadata) =>
        $$"""
            INSERT INTO workflow_node_executions (id, tenant_id, app_id, workflow_id, triggered_from, workflow_run_id, index, node_id, node_type, title, inputs,
                process_data, outputs, status, elapsed_time, execution_metadata, created_at, created_by_role, created_by, finished_at)
            SELECT gen_random_uuid(), t.tenant_id, t.app_id, gen_random_uuid(), 'workflow-run', '{{run}}', {{index}}, '{{nodeId}}', '{{type}}', '', '{{inputs}}', '{{processData}}',
                '{"text": {"deep": [null] } }', 'failed', -1, '{{metadata}}', '2026-11-01 10:00:00', 'end-user', gen_random_uuid(), '2026-11-01 09:00:00'
            FROM tool_workflow_providers AS t WHERE name = 'schema_rag';
            """;
}
