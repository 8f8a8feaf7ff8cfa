using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using LlmObs.Domain.Dify;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;

namespace LlmObs.IntegrationTests.Ingest.Dify;

/// <summary>What Dify's Langfuse provider sends, alone and beside the reader of the database.</summary>
public sealed class LangfuseProviderTests(IngestDatabase database)
{
    private static readonly Guid Run = new("94e95434-b9cd-4e67-81a1-712c2f457e0a");
    private static readonly Guid Message = new("30b0c67f-417c-4974-a8b4-28aea30494cf");

    [Theory]
    [InlineData("langfuse-2.51-ingestion-nested-turn", false)]
    [InlineData("langfuse-2.51-ingestion-nested-turn", true)]
    [InlineData("langfuse-4.x-ingestion-one-event-per-request", false)]
    [InlineData("langfuse-4.x-ingestion-one-event-per-request", true)]
    public async Task Makes_a_tree_of_a_turn_in_whatever_order_it_comes(string capture, bool isBackwards)
    {
        await using var server = await (await IngestServer.StartAsync(database, settings: ("Storage:UpdateQuiet", "00:00:00.2"))).ReadyAsync();
        await Replay.SendAsync(server, capture, isBackwards);
        await UntilWrittenAsync(server, spans => spans.Count == 14);

        var spans = await server.TraceAsync("default", DifyIds.Trace(Run));
        var tree = TraceTree.Build(spans.Select(record => record.Span));
        var root = Assert.Single(tree.Roots);
        Assert.Equal(DifyIds.Message(Message), root.Span.SpanId);
        Assert.Equal("为什么上面的结果里华东的金额比财务报表少？请修正口径后重新生成", root.Span.Question);
        Assert.Equal("72427fa8-5f2a-45e9-814b-c359b9e681a5", root.Span.SessionId);
        Assert.Equal("sess-fb9608eb4d70", root.Span.UserId);
        Assert.Equal(DifyIds.Workflow(Run), Assert.Single(root.Children).Span.SpanId);
        Assert.Equal(45_674, (long)root.Span.DurationMs);

        var model = Assert.Single(spans, record => record.Span.Name == "解读结果");
        Assert.Equal(SpanKind.Llm, model.Span.Kind);
        Assert.Equal(("gpt-4o-mini", "openai"), (model.Span.RequestedModel, model.Span.Provider));
        Assert.Equal((120, 109), (model.Span.Usage!.InputTokens, model.Span.Usage.OutputTokens));
        Assert.Equal(0.0000834m, model.Span.Cost!.Total);
        Assert.Contains("SELECT s.region", model.Content.Messages[^1].Parts[0].Content, StringComparison.Ordinal);
        var tool = Assert.Single(spans, record => record.Span.Name == "SQL 诊断");
        Assert.Equal(SpanKind.Tool, tool.Span.Kind);
    }

    [Fact]
    public async Task Nests_by_the_callers_that_newer_versions_name()
    {
        await using var server = await (await IngestServer.StartAsync(database)).ReadyAsync();
        await Replay.SendAsync(server, "langfuse-4.x-ingestion-one-event-per-request");

        var named = Replay
            .Capture("langfuse-4.x-ingestion-one-event-per-request")
            .GetProperty("requests")
            .EnumerateArray()
            .Select(request => request.GetProperty("body").GetProperty("batch")[0].GetProperty("body").GetProperty("metadata"))
            .Where(metadata => metadata.Member("parent_trace_context") is not null)
            .Select(metadata => metadata.GetProperty("workflow_run_id").GetGuid())
            .ToHashSet();
        var expected = DifyData
            .Expected.GetProperty("nesting")
            .EnumerateArray()
            .Where(link => named.Contains(link.GetProperty("child_run_id").GetGuid()))
            .Select(link => $"{link.GetProperty("child_run_id").GetGuid():N} {DifyIds.Node(link.GetProperty("parent_node_execution_id").GetGuid())}");
        var joins = await DifyData.ListAsync<string>(
            server.ConnectionString,
            "SELECT child_trace_id || ' ' || parent_span_id FROM trace_joins WHERE basis = 'dify.parent' AND NOT inferred"
        );

        Assert.NotEmpty(named);
        Assert.Equal(expected.Order(StringComparer.Ordinal), joins.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("langfuse-2.51-ingestion-nested-turn", false)]
    [InlineData("langfuse-2.51-ingestion-nested-turn", true)]
    [InlineData("phoenix-otlp-flat", false)]
    [InlineData("phoenix-otlp-flat", true)]
    public async Task Where_nobody_names_the_caller_runs_nest_by_inputs_and_time_and_are_marked_as_inferred(string capture, bool isBackwards)
    {
        await using var server = await (await IngestServer.StartAsync(database, settings: ("Storage:UpdateQuiet", "00:00:00.2"))).ReadyAsync();
        await Replay.SendAsync(server, capture, isBackwards);
        await DifyData.UntilAsync(() => DifyData.IsWrittenAsync(server.ConnectionString), "all that was sent is written");

        // The innermost run was not captured.
        var sent = await DifyData.ListAsync<string>(server.ConnectionString, "SELECT DISTINCT trace_id FROM spans");
        var expected = DifyData
            .Expected.GetProperty("nesting")
            .EnumerateArray()
            .Where(link => sent.Contains(DifyIds.Trace(link.GetProperty("child_run_id").GetGuid())))
            .Select(link => $"{link.GetProperty("child_run_id").GetGuid():N} {DifyIds.Node(link.GetProperty("parent_node_execution_id").GetGuid())}");
        var joins = await DifyData.ListAsync<string>(
            server.ConnectionString,
            "SELECT child_trace_id || ' ' || parent_span_id FROM trace_joins WHERE inferred"
        );
        Assert.NotEmpty(joins);
        Assert.Equal(expected.Order(StringComparer.Ordinal), joins.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Beside_the_reader_a_step_is_one_span_that_says_what_the_row_says(bool isProviderFirst)
    {
        var dify = await DifyData.LoadAsync(database);
        var ours = database.Server.ConnectionString("ingest_" + Guid.NewGuid().ToString("N"));
        await using (var alone = isProviderFirst ? await (await IngestServer.StartAsync(database, ours)).ReadyAsync() : await ReadAsync(ours, dify))
        {
            await (isProviderFirst ? Replay.SendAsync(alone, "langfuse-2.51-ingestion-nested-turn") : Task.CompletedTask);
        }

        await using var server = await ReadAsync(ours, dify);
        await Replay.SendAsync(server, "langfuse-2.51-ingestion-nested-turn");
        await DifyData.UntilReadAsync(server, ours);

        var runIds = (await DifyData.ListAsync<Guid>(dify, "SELECT id FROM workflow_runs")).Count;
        Assert.Equal(runIds, (await DifyData.ListAsync<int>(ours, "SELECT count(*)::int FROM dify_runs"))[0]);
        var nodes = await DifyData.ListAsync<Guid>(dify, $"SELECT id FROM workflow_node_executions WHERE workflow_run_id = '{Run}'");
        var spans = await server.TraceAsync("default", DifyIds.Trace(Run));
        var expected = nodes.Select(DifyIds.Node).Append(DifyIds.Workflow(Run)).Append(DifyIds.Message(Message));
        Assert.Equal(expected.Order(StringComparer.Ordinal), spans.Select(record => record.Span.SpanId).Order(StringComparer.Ordinal));
        var root = Assert.Single(spans, record => record.Span.ParentSpanId is null);
        Assert.Equal("Text2SQL Copilot", root.Span.Name);
        Assert.NotNull(Assert.Single(spans, record => record.Span.Name == "解读结果").Span.TimeToFirstTokenMs);
    }

    [Fact]
    public async Task An_agents_answer_is_counted_once_beside_the_reader()
    {
        var dify = await DifyData.LoadAsync(database);
        var ours = database.Server.ConnectionString("ingest_" + Guid.NewGuid().ToString("N"));
        await using var server = await ReadAsync(ours, dify);
        await Replay.SendAsync(server, "langfuse-2.51-ingestion-agent-chat");
        await DifyData.UntilReadAsync(server, ours);

        var message = new Guid("1e1d7f22-f8bd-4f18-8ed2-052c04c8f7f8");
        var spans = (await server.TraceAsync("default", DifyIds.Trace(message))).Select(record => record.Span).ToList();
        var tree = TraceTree.Build(spans);
        Assert.Equal(DifyIds.Message(message), Assert.Single(tree.Roots).Span.SpanId);
        Assert.Single(spans, span => span.Name == "sql_diagnosis");
        Assert.Single(spans, span => span.Name == "suggested_question");
        Assert.Equal(105 + 5 + 158 + 101, TraceRollup.Summarise(tree).Usage!.TotalTokens);
    }

    [Fact]
    public async Task The_check_on_save_names_the_project_and_its_page_leads_to_it()
    {
        await using var server = await (
            await IngestServer.StartAsync(database, settings: ("Langfuse:WebUrl", "https://llmobs.example/"))
        ).ReadyAsync();
        foreach (var name in (string[])["langfuse-2.51-auth-check", "langfuse-4.x-auth-check"])
        {
            foreach (var captured in Replay.Capture(name).GetProperty("requests").EnumerateArray())
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, captured.GetProperty("path").GetString());
                request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("pk:" + IngestServer.Key)));
                using var answer = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                var projects = JsonElement.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("data");
                Assert.Equal("shop", projects[0].GetProperty("id").GetString());
            }
        }

        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        using var person = new HttpClient(handler) { BaseAddress = server.Http.BaseAddress };
        using var page = await person.GetAsync("/project/shop", TestContext.Current.CancellationToken);
        Assert.Equal("https://llmobs.example/?project=shop", page.Headers.Location?.ToString());
        using var step = await person.GetAsync("/project/shop/traces/t1?observation=s1", TestContext.Current.CancellationToken);
        Assert.Equal("https://llmobs.example/traces/t1?project=shop&span=s1", step.Headers.Location?.ToString());
    }

    private Task<IngestServer> ReadAsync(string ours, string dify) =>
        DifyData.ReadingAsync(database, ours, dify, ("Storage:UpdateQuiet", "00:00:00.2"));

    private static Task UntilWrittenAsync(IngestServer server, Func<IReadOnlyList<SpanRecord>, bool> isWhole) =>
        DifyData.UntilAsync(
            async () =>
                (await DifyData.ListAsync<long>(server.ConnectionString, "SELECT count(*) FROM updated_spans WHERE due_at IS NOT NULL"))[0] == 0
                && isWhole(await server.TraceAsync("default", DifyIds.Trace(Run))),
            "the turn is written"
        );
}
