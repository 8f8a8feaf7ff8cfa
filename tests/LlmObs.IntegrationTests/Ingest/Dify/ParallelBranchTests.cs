using LlmObs.Domain.Dify;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.Storage.Access;
using LlmObs.Storage.Reading;

namespace LlmObs.IntegrationTests.Ingest.Dify;

/// <summary>Workflows that go several ways at once. Those of the fixture do not, so that its canvases are drawn anew.</summary>
public sealed class ParallelBranchTests(IngestDatabase database)
{
    // Of the app that understands requirements: start, llm, parameter-extractor, code, end.
    private const string App = "df311b65-e0ac-4655-888d-d1c8af152f87";

    private const string OnlyThatApp = $"""
        DELETE FROM messages;
        DELETE FROM workflow_runs WHERE app_id <> '{App}' OR status <> 'succeeded';
        """;

    private const string Fork = $$"""
        UPDATE workflow_runs SET graph = jsonb_set(graph::jsonb, '{edges}', '[
            {"source": "1718000000001", "sourceHandle": "source", "target": "1718000000002"},
            {"source": "1718000000001", "sourceHandle": "source", "target": "1718000000003"},
            {"source": "1718000000002", "sourceHandle": "source", "target": "1718000000004"},
            {"source": "1718000000003", "sourceHandle": "source", "target": "1718000000005"},
            {"source": "1718000000004", "sourceHandle": "source", "target": "1718000000005"}]')::text;
        """;

    private const string Marks = """
        UPDATE workflow_runs SET graph = NULL;
        UPDATE workflow_node_executions SET execution_metadata = json_build_object('parallel_id', workflow_run_id, 'parallel_start_node_id',
            CASE node_id WHEN '1718000000003' THEN '1718000000003' ELSE '1718000000002' END)
        WHERE node_id IN ('1718000000002', '1718000000003', '1718000000004');
        """;

    [Theory]
    [InlineData(Fork)]
    [InlineData(Marks)]
    public async Task A_run_that_goes_two_ways_shows_them_side_by_side(string shape)
    {
        var dify = await DifyData.LoadAsync(database);
        await DifyData.ExecuteAsync(dify, OnlyThatApp + shape);
        var ours = database.Server.ConnectionString("ingest_" + Guid.NewGuid().ToString("N"));
        await using var server = await DifyData.ReadingAsync(database, ours, dify);
        await DifyData.UntilReadAsync(server, ours);

        var runs = await DifyData.ListAsync<Guid>(dify, "SELECT id FROM workflow_runs ORDER BY id LIMIT 5");
        Assert.NotEmpty(runs);
        var project = await server.Get<Projects>().FindAsync("default", TestContext.Current.CancellationToken);
        foreach (var run in runs)
        {
            var spans = await server.Get<TraceReader>().TreeSpansAsync(project!.Id, [DifyIds.Trace(run)], TestContext.Current.CancellationToken);
            var root = Assert.Single(TraceTree.Build(spans).Roots);
            Assert.Equal(["开始", "branch 1/2", "branch 2/2", "结束"], root.Children.Select(child => child.Span.Name));
            Assert.Equal([false, true, true, false], root.Children.Select(child => child.Span.IsParallelBranch));
            Assert.Equal(["改写与槽位抽取", "规范化时间范围"], root.Children[1].Children.Select(child => child.Span.Name));
            Assert.Equal(["提取指标与维度"], root.Children[2].Children.Select(child => child.Span.Name));
            Assert.Equal(SpanKind.Chain, root.Children[1].Span.Kind);
        }
    }
}
