using LlmObs.Domain.Dify;
using LlmObs.Domain.Spans;
using LlmObs.IntegrationTests.TraceLog;
using LlmObs.TraceLog;

namespace LlmObs.IntegrationTests.Ingest.Dify;

/// <summary>A day of the fixture, read and put into SLS, searched by everything people know a run of Dify's by.</summary>
public sealed class DifySearchTests(DifySearchTests.Day day) : IClassFixture<DifySearchTests.Day>
{
    private const string Run = "94e95434-b9cd-4e67-81a1-712c2f457e0a";
    private const string Message = "30b0c67f-417c-4974-a8b4-28aea30494cf";
    private const string Conversation = "72427fa8-5f2a-45e9-814b-c359b9e681a5";
    private const string User = "sess-fb9608eb4d70";

    [Theory]
    [InlineData("run:" + Run, $"SELECT id FROM workflow_runs WHERE id = '{Run}'")]
    [InlineData("message:" + Message, $"SELECT workflow_run_id FROM messages WHERE id = '{Message}'")]
    [InlineData("conversation:" + Conversation, $"SELECT coalesce(workflow_run_id, id) FROM messages WHERE conversation_id = '{Conversation}'")]
    [InlineData(
        "user:" + User,
        $"""
            SELECT r.id FROM workflow_runs AS r JOIN end_users AS u ON u.id = r.created_by WHERE u.session_id = '{User}'
            UNION SELECT coalesce(m.workflow_run_id, m.id) FROM messages AS m JOIN end_users AS u ON u.id = m.from_end_user_id WHERE u.session_id = '{User}'
            """
    )]
    [InlineData(
        "app:\"Text2SQL Copilot\"",
        """
            SELECT r.id FROM workflow_runs AS r JOIN apps AS a ON a.id = r.app_id WHERE a.name = 'Text2SQL Copilot'
            UNION SELECT coalesce(m.workflow_run_id, m.id) FROM messages AS m JOIN apps AS a ON a.id = m.app_id WHERE a.name = 'Text2SQL Copilot'
            """
    )]
    [InlineData("node:\"补充检索 Schema\"", "SELECT workflow_run_id FROM workflow_node_executions WHERE title = '补充检索 Schema'")]
    [InlineData("node_type:parameter-extractor", "SELECT workflow_run_id FROM workflow_node_executions WHERE node_type = 'parameter-extractor'")]
    public async Task Finds_the_traces_that_have_it_and_no_others(string query, string expected)
    {
        var ids = await DifyData.ListAsync<Guid>(day.Dify, expected);

        Assert.NotEmpty(ids);
        Assert.Equal(ids.Select(DifyIds.Trace).Distinct().Order(StringComparer.Ordinal), (await day.FindAsync(query)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("零售事业部", "inputs")]
    [InlineData("财务报表", "inputs")]
    [InlineData("退款", "outputs")]
    public async Task Finds_Chinese_words_of_inputs_and_outputs_that_Dify_keeps_as_escapes(string word, string column)
    {
        var escaped = string.Concat(word.Select(letter => $@"\\u{(int)letter:x4}"));
        var ids = await DifyData.ListAsync<Guid>(
            day.Dify,
            $"SELECT DISTINCT workflow_run_id FROM workflow_node_executions WHERE {column} LIKE '%{escaped}%'"
        );
        var found = await day.FindAsync($"\"{word}\"");

        Assert.NotEmpty(ids);
        Assert.Empty(ids.Select(DifyIds.Trace).Except(found));
        foreach (var trace in found)
        {
            Assert.Contains(await DifyData.TraceAsync(day.Server, trace), record => Says(record, word));
        }
    }

    private static bool Says(SpanRecord record, string word) =>
        new[] { record.Content.Input, record.Content.Output, record.Content.Attributes.Text, record.Span.StatusMessage, record.Span.Name }.Any(text =>
            text?.Contains(word, StringComparison.Ordinal) == true
        ) || record.Content.Messages.Any(message => message.Parts.Any(part => part.Content?.Contains(word, StringComparison.Ordinal) == true));

    /// <summary>Ingest that has read a day's runs, and an SLS that holds what it made of them.</summary>
    public sealed class Day(IngestDatabase database) : IAsyncLifetime
    {
        private const string OnlyThatDay = """
            DELETE FROM workflow_node_executions WHERE created_at::date <> '2026-10-19';
            DELETE FROM workflow_runs WHERE created_at::date <> '2026-10-19';
            DELETE FROM messages WHERE created_at::date <> '2026-10-19';
            """;

        private LocalSls? sls;

        public IngestServer Server { get; private set; } = null!;
        public string Dify { get; private set; } = "";

        /// <summary>The traces that match.</summary>
        public async Task<IReadOnlyList<string>> FindAsync(string query)
        {
            // A span too old for SLS stands there at the time it was sent.
            var now = TimeProvider.System.GetUtcNow();
            var page = await sls!.Search.TracesAsync(
                new("default", query, now.AddDays(-1), now.AddMinutes(1)),
                null,
                100,
                TestContext.Current.CancellationToken
            );
            return [.. page.Hits.Select(hit => hit.TraceId)];
        }

        public async ValueTask InitializeAsync()
        {
            var cancel = TestContext.Current.CancellationToken;
            Dify = await DifyData.LoadAsync(database);
            await DifyData.ExecuteAsync(Dify, OnlyThatDay);
            var ours = database.Server.ConnectionString("ingest_" + Guid.NewGuid().ToString("N"));
            Server = await DifyData.ReadingAsync(database, ours, Dify);
            await DifyData.UntilReadAsync(Server, ours);
            sls = await LocalSls.StartAsync();
            await sls.Store.EnsureAsync(cancel);
            foreach (var trace in await DifyData.ListAsync<string>(ours, "SELECT DISTINCT trace_id FROM spans"))
            {
                await sls.Store.WriteAsync("default", Guid.NewGuid(), [.. await DifyData.TraceAsync(Server, trace)], cancel);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await Server.DisposeAsync();
            await (sls?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }
}
