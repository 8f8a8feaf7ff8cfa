using System.Globalization;
using System.Text.Json;
using LlmObs.Domain.Dify;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.Storage.Access;
using LlmObs.Storage.Reading;

namespace LlmObs.IntegrationTests.Ingest.Dify;

/// <summary>
/// The whole fixture, read once while every provider sends what it has of the same runs, compared with what its maker knows of it: whatever
/// they say twice counts once.
/// </summary>
public sealed class DifyReaderTests(DifyReaderTests.Whole whole) : IClassFixture<DifyReaderTests.Whole>
{
    private static JsonElement Expected => DifyData.Expected;

    [Fact]
    public async Task Reads_every_run_node_and_message_once()
    {
        var runs = await whole.IdsAsync("workflow_runs");
        var nodes = await whole.IdsAsync("workflow_node_executions");
        var messages = await whole.IdsAsync("messages");
        Assert.Equal((long)Expected.GetProperty("rows").GetProperty("workflow_runs").GetInt32(), runs.Count);

        Assert.Equal(runs.Count, await whole.CountAsync(runs.Select(DifyIds.Workflow)));
        Assert.Equal(nodes.Count, await whole.CountAsync(nodes.Select(DifyIds.Node)));
        Assert.Equal(messages.Count, await whole.CountAsync(messages.Select(DifyIds.Message)));
        Assert.Equal([1], await DifyData.ListAsync<int>(whole.Ours, "SELECT DISTINCT count(*)::int FROM spans GROUP BY trace_id, span_id"));
    }

    [Fact]
    public async Task Joins_every_nested_run_to_its_call_and_no_other_run()
    {
        var joins = await DifyData.ListAsync<string>(
            whole.Ours,
            """
            SELECT child_trace_id || ' ' || coalesce(parent_trace_id, 'open') || ' ' || coalesce(parent_span_id, 'open')
            FROM trace_joins WHERE basis = 'dify.match'
            """
        );
        var expected = new List<string>();
        var expectedOfAgents = new List<string>();
        foreach (var link in Expected.GetProperty("nesting").EnumerateArray())
        {
            var child = DifyIds.Trace(link.GetProperty("child_run_id").GetGuid());
            if (link.GetProperty("depth_kind").GetString() == "workflow-tool")
            {
                var parent = DifyIds.Trace(link.GetProperty("parent_run_id").GetGuid());
                expected.Add($"{child} {parent} {DifyIds.Node(link.GetProperty("parent_node_execution_id").GetGuid())}");
            }
            else
            {
                var parent = link.Member("parent_run_id") ?? link.GetProperty("parent_message_id");
                expectedOfAgents.Add($"{child} {DifyIds.Trace(parent.GetGuid())}");
            }
        }

        Assert.Equal(511, expected.Count);
        Assert.Equal(expected.Order(StringComparer.Ordinal), joins.Where(expected.Contains).Order(StringComparer.Ordinal));
        Assert.Equal(
            expectedOfAgents.Order(StringComparer.Ordinal),
            joins.Except(expected).Select(join => join[..join.LastIndexOf(' ')]).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task What_providers_say_of_callers_is_what_the_rows_let_find()
    {
        var differing = await DifyData.ListAsync<string>(
            whole.Ours,
            """
            SELECT said.child_trace_id
            FROM trace_joins AS said
            LEFT JOIN trace_joins AS found ON found.child_trace_id = said.child_trace_id AND found.basis = 'dify.match'
            WHERE said.basis = 'dify.parent'
              AND (said.parent_trace_id, said.parent_span_id) IS DISTINCT FROM (found.parent_trace_id, found.parent_span_id)
            """
        );
        Assert.Empty(differing);
        Assert.NotEmpty(await DifyData.ListAsync<string>(whole.Ours, "SELECT child_trace_id FROM trace_joins WHERE basis = 'dify.parent'"));
    }

    [Fact]
    public async Task A_step_that_six_ways_told_of_is_one_span_of_one_trace()
    {
        var expected = new HashSet<string>();
        foreach (var id in Copilot.Runs)
        {
            var nodes = await whole.IdsAsync($"workflow_node_executions WHERE workflow_run_id = '{id}'");
            expected.UnionWith(nodes.Select(DifyIds.Node).Append(DifyIds.Workflow(id)));
        }

        expected.Add(DifyIds.Message(Copilot.Message));
        var traces = string.Join(',', Copilot.Runs.Select(DifyIds.Trace));
        var found = await DifyData.ListAsync<string>(
            whole.Ours,
            $"SELECT span_id FROM spans WHERE trace_id = ANY ('{{{traces}}}') AND name !~ '^(iteration|loop)[[]'"
        );
        Assert.Equal(expected.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
        Assert.Equal(
            ["AppGenerateService.generate", "POST /v1/chat-messages"],
            await DifyData.ListAsync<string>(
                whole.Ours,
                "SELECT name FROM spans WHERE trace_id = (SELECT parent_trace_id FROM trace_joins WHERE basis = 'dify.around') ORDER BY name"
            )
        );
    }

    [Fact]
    public async Task A_request_is_one_tree_from_the_call_that_came_in_down_to_the_innermost_run()
    {
        var project = await whole.Server.Get<Projects>().FindAsync("default", TestContext.Current.CancellationToken);
        var scope = await whole
            .Server.Get<RequestReader>()
            .OfRequestAsync(project!.Id, DifyIds.Trace(Copilot.Run), TestContext.Current.CancellationToken);
        Assert.Equal(Copilot.Runs.Count + 1, scope.TraceIds.Count);

        var spans = await whole.Server.Get<TraceReader>().TreeSpansAsync(project.Id, scope.TraceIds, TestContext.Current.CancellationToken);
        var tree = TraceTree.Build(spans, scope.Joins);
        Assert.Equal("POST /v1/chat-messages", Assert.Single(tree.Roots).Span.Name);
        Assert.DoesNotContain(tree.Rows, node => node.IsOrphan || node.IsCut);
        Assert.Equal(Copilot.Tokens, TraceRollup.Summarise(tree).Usage!.TotalTokens);
    }

    [Fact]
    public async Task Puts_every_node_into_the_round_of_its_container()
    {
        var parents = (
            await DifyData.ListAsync<string>(whole.Ours, "SELECT span_id || ' ' || parent_span_id FROM spans WHERE parent_span_id IS NOT NULL")
        )
            .Select(row => row.Split(' '))
            .ToDictionary(row => row[0], row => row[1]);
        var names = (await DifyData.ListAsync<string>(whole.Ours, "SELECT span_id || ' ' || name FROM spans WHERE name ~ '^(iteration|loop)[[]'"))
            .Select(row => row.Split(' '))
            .ToDictionary(row => row[0], row => row[1]);
        var containers = await DifyData.ListAsync<string>(
            whole.Dify,
            "SELECT workflow_run_id || ' ' || node_id || ' ' || id FROM workflow_node_executions WHERE node_type IN ('iteration', 'loop')"
        );
        var byCanvas = containers.Select(row => row.Split(' ')).ToDictionary(row => (row[0], row[1]), row => Guid.Parse(row[2]));
        foreach (var place in Expected.GetProperty("containers").EnumerateArray())
        {
            var container = byCanvas[(place.GetProperty("run_id").GetString()!, place.GetProperty("container_node_id").GetString()!)];
            var round = parents[DifyIds.Node(place.GetProperty("child_node_execution_id").GetGuid())];
            Assert.Equal($"{place.GetProperty("kind").GetString()}[{place.GetProperty("index").GetInt32()}]", names[round]);
            Assert.Equal(DifyIds.Node(container), parents[round]);
        }
    }

    [Fact]
    public async Task Counts_the_tokens_of_model_calls_once()
    {
        var counted = await DifyData.ListAsync<long>(whole.Ours, $"SELECT sum(total_tokens)::bigint FROM spans WHERE kind = {(int)SpanKind.Llm}");
        Assert.Equal(Expected.GetProperty("leaf_llm_tokens").GetInt64() + await OfMessagesAsync(), counted[0]);

        async Task<long> OfMessagesAsync() =>
            (
                await DifyData.ListAsync<long>(
                    whole.Dify,
                    """
                    SELECT (SELECT sum(message_tokens + answer_tokens) FROM messages AS m WHERE workflow_run_id IS NULL
                            AND NOT EXISTS (SELECT FROM message_agent_thoughts AS t WHERE t.message_id = m.id))::bigint
                        + (SELECT sum(message_token + answer_token) FROM message_agent_thoughts)::bigint
                    """
                )
            )[0];
    }

    [Fact]
    public async Task Tells_how_runs_and_nodes_ended_and_how_long_they_took()
    {
        var runs = await whole.IdsAsync("workflow_runs");
        var failed = await whole.IdsAsync("workflow_runs WHERE status = 'failed'");
        Assert.Equal(failed.Count, await whole.CountAsync(runs.Select(DifyIds.Workflow), "status = 2"));
        var bad = await whole.IdsAsync("workflow_node_executions WHERE status IN ('failed', 'exception', 'retry')");
        var nodes = await whole.IdsAsync("workflow_node_executions");
        Assert.Equal(bad.Count, await whole.CountAsync(nodes.Select(DifyIds.Node), "status = 2"));

        var slowest = await DifyData.ListAsync<string>(
            whole.Ours,
            $"SELECT span_id FROM spans WHERE span_id = ANY ('{{{string.Join(',', runs.Select(DifyIds.Workflow))}}}') ORDER BY duration_ns DESC LIMIT 10"
        );
        Assert.Equal(Expected.GetProperty("slowest_runs").EnumerateArray().Select(run => DifyIds.Workflow(run[0].GetGuid())), slowest);
    }

    [Fact]
    public async Task A_node_that_succeeded_at_last_is_well_and_shows_the_tries_that_failed()
    {
        var recovered = Expected.GetProperty("recovered_after_retry").EnumerateArray().Select(node => node.GetGuid()).ToList();
        Assert.Equal(recovered.Count, await whole.CountAsync(recovered.Select(DifyIds.Node), "status = 1"));

        var tries = await DifyData.ListAsync<string>(
            whole.Dify,
            """
            SELECT id || ' ' || json_array_length(process_data::json -> '__dify_retry_history')
            FROM workflow_node_executions
            WHERE process_data LIKE '%__dify_retry_history%'
            """
        );
        var attempts = tries
            .Select(row => row.Split(' '))
            .SelectMany(row =>
                Enumerable.Range(0, int.Parse(row[1], CultureInfo.InvariantCulture)).Select(place => DifyIds.Attempt(Guid.Parse(row[0]), place))
            )
            .ToList();
        Assert.NotEmpty(attempts);
        Assert.Equal(attempts.Count, await whole.CountAsync(attempts, "status = 2"));
    }

    [Fact]
    public async Task Keeps_feedback_and_annotations_as_scores_of_the_message()
    {
        var likes = await DifyData.ListAsync<long>(
            whole.Ours,
            "SELECT count(*) FROM scores WHERE name IN ('user_feedback', 'admin_feedback') AND value = 1"
        );
        var dislikes = await DifyData.ListAsync<long>(
            whole.Ours,
            "SELECT count(*) FROM scores WHERE name IN ('user_feedback', 'admin_feedback') AND value = 0"
        );
        var annotations = await DifyData.ListAsync<long>(whole.Ours, "SELECT count(*) FROM scores WHERE name = 'annotation'");

        Assert.Equal(Expected.GetProperty("feedback").GetProperty("like").GetInt64(), likes[0]);
        Assert.Equal(Expected.GetProperty("feedback").GetProperty("dislike").GetInt64(), dislikes[0]);
        Assert.Equal(Expected.GetProperty("rows").GetProperty("message_annotations").GetInt64(), annotations[0]);
    }

    [Fact]
    public async Task Says_who_asked_what_in_which_app_and_shows_escapes_as_characters()
    {
        var runId = Guid.Parse("94e95434-b9cd-4e67-81a1-712c2f457e0a");
        var spans = await DifyData.TraceAsync(whole.Server, DifyIds.Trace(runId));
        var root = Assert.Single(spans, record => record.Span.ParentSpanId is null);
        Assert.Equal("Text2SQL Copilot", root.Span.Name);
        Assert.Equal("72427fa8-5f2a-45e9-814b-c359b9e681a5", root.Span.SessionId);
        Assert.Equal("sess-fb9608eb4d70", root.Span.UserId);
        Assert.StartsWith("为什么", root.Span.Question, StringComparison.Ordinal);

        var run = Assert.Single(spans, record => record.Span.SpanId == DifyIds.Workflow(runId));
        Assert.Equal(root.Span.SpanId, run.Span.ParentSpanId);
        Assert.Contains("零售事业部", run.Content.Input, StringComparison.Ordinal);
        Assert.DoesNotContain(@"\u96f6", run.Content.Input, StringComparison.Ordinal);

        var model = Assert.Single(spans, record => record.Span.Name == "解读结果");
        Assert.Equal(SpanKind.Llm, model.Span.Kind);
        Assert.Equal("gpt-4o-mini", model.Span.RequestedModel);
        Assert.Equal("openai", model.Span.Provider);
        Assert.Equal((120, 109), (model.Span.Usage!.InputTokens, model.Span.Usage.OutputTokens));
        Assert.Equal(["system", "user", "assistant"], model.Content.Messages.Select(message => message.Role));
        Assert.Equal(0.0000834m, model.Span.Cost!.Total);
        Assert.NotNull(model.Span.TimeToFirstTokenMs);
    }

    [Theory]
    [InlineData("94e95434-b9cd-4e67-81a1-712c2f457e0a")]
    [InlineData("30B0C67F-417C-4974-A8B4-28AEA30494CF")]
    [InlineData("e5c6e39a-b0f7-4644-be0e-574f0d6ed9c9")]
    public async Task The_id_of_a_run_a_message_or_a_node_leads_to_its_trace(string id)
    {
        var project = await whole.Server.Get<Projects>().FindAsync("default", TestContext.Current.CancellationToken);
        var match = await whole.Server.Get<TraceReader>().FindIdAsync(project!.Id, id, TestContext.Current.CancellationToken);

        Assert.Equal(["94e95434b9cd4e6781a1712c2f457e0a"], match!.TraceIds);
    }

    [Fact]
    public async Task A_trace_is_one_tree()
    {
        foreach (var traceId in await DifyData.ListAsync<string>(whole.Ours, "SELECT DISTINCT trace_id FROM spans LIMIT 50"))
        {
            var tree = TraceTree.Build((await DifyData.TraceAsync(whole.Server, traceId)).Select(record => record.Span));
            Assert.Single(tree.Roots);
            Assert.DoesNotContain(tree.Rows, node => node.IsOrphan || node.IsCut);
        }
    }

    /// <summary>Ingest that has read the fixture.</summary>
    public sealed class Whole(IngestDatabase database) : IAsyncLifetime
    {
        public IngestServer Server { get; private set; } = null!;
        public string Ours { get; } = database.Server.ConnectionString("ingest_" + Guid.NewGuid().ToString("N"));
        public string Dify { get; private set; } = "";

        public Task<List<Guid>> IdsAsync(string table) => DifyData.ListAsync<Guid>(Dify, $"SELECT id FROM {table}");

        public async Task<long> CountAsync(IEnumerable<string> spanIds, string condition = "true") =>
            (
                await DifyData.ListAsync<long>(
                    Ours,
                    $"SELECT count(*) FROM spans WHERE span_id = ANY ('{{{string.Join(',', spanIds)}}}') AND {condition}"
                )
            )[0];

        public async ValueTask InitializeAsync()
        {
            Dify = await DifyData.LoadAsync(database);
            Server = await DifyData.ReadingAsync(database, Ours, Dify, ("Storage:UpdateQuiet", "00:00:00.2"));
            foreach (var capture in Replay.Captures)
            {
                await Replay.SendAsync(Server, capture);
            }

            await DifyData.UntilReadAsync(Server, Ours);
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
