using System.Text.Json.Nodes;
using LlmObs.Domain;
using LlmObs.Domain.Labels;
using LlmObs.Domain.Spans;
using LlmObs.IntegrationTests.Support;
using LlmObs.Quality.DingTalk;
using LlmObs.Storage.Labels;
using LlmObs.Storage.Reading;
using Microsoft.Extensions.Options;

namespace LlmObs.IntegrationTests.Quality.DingTalk;

/// <summary>A queue and its table, edited on both sides.</summary>
public sealed class TableExchangeTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static readonly LabelSet Correct = new("correct", "Right?", LabelKind.Choice, [new("yes"), new("no")], ["table", "join"], null);
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private const string Ann = "union-ann";

    private TableStandIn standIn = null!;
    private Project project = null!;
    private int queueId;
    private HttpClient http = null!;
    private IOptions<DingTalkOptions> options = null!;
    private TableExchange exchange = null!;

    private DingTalkTables Tables => new(database.Database);
    private LabelReader Reader => new(database.Database);
    private LabelQueues Queues => new(database.Database);
    private LabelDesk Desk => new(database.Database, database.Sampling, database.Clock);
    private StandInSheet Sheet => standIn.Sheet("answers");

    public async ValueTask InitializeAsync()
    {
        standIn = await TableStandIn.StartAsync();
        project = await database.NewProjectAsync();
        var set = await new LabelSets(database.Database).CreateAsync(project.Id, Correct, "ann", Cancel);
        queueId = (await Queues.CreateAsync(project.Id, set!.Value, "queue", 2, "ann", Cancel))!.Value;
        await Queues.AddAsync(project.Id, queueId, [new("t0", null, "question 0"), new("t1", null, "question 1")], Cancel);
        Assert.True(await Tables.BindAsync(project.Id, queueId, TableStandIn.Base, "answers", Cancel));
        http = new();
        options = NewOptions();
        exchange = NewExchange();
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await standIn.DisposeAsync();
    }

    [Fact]
    public async Task Items_become_rows_once_and_nothing_is_written_while_nothing_changes()
    {
        await ExchangeAsync();
        Assert.Equal(["question 0", "question 1"], Sheet.Records.Select(record => Sheet.Text(record, "Question")));
        Assert.Equal("open", Sheet.Text(Sheet.Records[0], "State"));

        var written = standIn.Writes.Count;
        await ExchangeAsync();
        Assert.Equal(written, standIn.Writes.Count);

        await Queues.AddAsync(project.Id, queueId, [new("t2", null, "question 2")], Cancel);
        await ExchangeAsync();
        Assert.Equal(3, Sheet.Records.Count);
    }

    [Fact]
    public async Task What_people_write_into_the_table_is_their_label_and_a_score()
    {
        await ExchangeAsync();
        Sheet.Edit(Sheet.Records[0], "Label", "no", Ann);
        Sheet.Edit(Sheet.Records[0], "Reasons", new JsonArray("table", "join"), Ann);
        Sheet.Edit(Sheet.Records[0], "Note", " wrong table\r\n", Ann);
        await ExchangeAsync();

        var label = Assert.Single(await Reader.LabelsAsync(project.Id, queueId, null, Cancel));
        Assert.Equal(
            ("DingTalk union-ann", "no", "join|table", "wrong table"),
            (label.Annotator, label.Value, string.Join('|', label.Reasons), label.Note)
        );
        var all = new ScoreFilter("t0", null, null, null, "correct", null);
        Assert.Equal("no", Assert.Single(await new ScoreReader(database.Database).PageAsync(project.Id, all, 10, Cancel)).Label);

        // Who said it is written there at the next exchange; after that both are equal.
        await ExchangeAsync();
        Assert.Equal("DingTalk union-ann", Sheet.Text(Sheet.Records[0], "Labelled by"));
        var written = standIn.Writes.Count;
        await ExchangeAsync();
        Assert.Equal(written, standIn.Writes.Count);
    }

    [Fact]
    public async Task A_row_shows_the_SQL_and_the_answer_it_is_judged_by()
    {
        var root = Spans.Chat().With(span => span with { Kind = SpanKind.Workflow, ParentSpanId = null }) with
        {
            Content = new() { Input = "sales by store?", Output = new string('答', RowContent.MaxCell + 1) },
        };
        var wrote = QualityStack
            .Generated("SELECT store FROM orders", traceId: root.Span.TraceId)
            .With(span => span with { ParentSpanId = root.Span.SpanId });
        await database.WriteAsync(project, root, wrote);
        await Queues.AddAsync(project.Id, queueId, [new(root.Span.TraceId, null, "sales by store?")], Cancel);
        await ExchangeAsync();

        Assert.Equal("SELECT store FROM orders", Text(2, "SQL"));
        Assert.Equal(new string('答', RowContent.MaxCell) + "…", Text(2, "Answer"));
        Assert.Null(Text(0, "SQL"));

        // What people do with these cells is theirs.
        Sheet.Edit(Sheet.Records[2], "SQL", "-- wrong table", Ann);
        await LabelAsync(2, "bo", "no", null);
        await ExchangeAsync();
        Assert.Equal(("-- wrong table", "no"), (Text(2, "SQL"), Text(2, "Label")));
    }

    [Fact]
    public async Task What_is_labelled_here_is_written_there()
    {
        await ExchangeAsync();
        await LabelAsync(0, "bo", "yes", "fine");
        await ExchangeAsync();

        Assert.Equal(("yes", "fine", "bo"), (Text(0, "Label"), Text(0, "Note"), Text(0, "Labelled by")));
    }

    [Fact]
    public async Task A_row_both_sides_changed_is_a_conflict_and_neither_side_is_overwritten()
    {
        await ExchangeAsync();
        await LabelAsync(0, "bo", "yes", null);
        Sheet.Edit(Sheet.Records[0], "Label", "no", Ann);
        await ExchangeAsync();
        await ExchangeAsync();

        Assert.Equal("no", Text(0, "Label"));
        Assert.Equal("yes", Assert.Single(await Reader.LabelsAsync(project.Id, queueId, null, Cancel)).Value);
        var row = Assert.Single(await Tables.RowsAsync(queueId, Cancel), row => row.Theirs is not null);
        Assert.Equal("no", row.Theirs!.Value);

        // Somebody decides for ours: what theirs was is what both sides have seen.
        await Tables.KeepRowAsync(queueId, row with { Agreed = row.Theirs, Theirs = null }, Cancel);
        await ExchangeAsync();
        Assert.Equal("yes", Text(0, "Label"));
    }

    [Fact]
    public async Task A_label_that_is_no_answer_of_the_set_waits_for_people()
    {
        await ExchangeAsync();
        await LabelAsync(0, "bo", "yes", null);
        await ExchangeAsync();
        Sheet.Edit(Sheet.Records[0], "Label", null, Ann);
        await ExchangeAsync();

        Assert.Null(Text(0, "Label"));
        Assert.Equal(LabelValues.Empty, Assert.Single(await Tables.RowsAsync(queueId, Cancel), row => row.Theirs is not null).Theirs);
        Assert.Single(await Reader.LabelsAsync(project.Id, queueId, null, Cancel));
    }

    [Fact]
    public async Task Renamed_columns_go_on_and_removed_ones_stay_away()
    {
        await ExchangeAsync();
        Sheet.Rename("Label", "结论");
        Sheet.Remove("Note");
        Sheet.Edit(Sheet.Records[1], "结论", "yes", Ann);
        await LabelAsync(0, "bo", "no", "kept here");
        await ExchangeAsync();

        Assert.Equal("no", Text(0, "结论"));
        Assert.Equal("yes", Assert.Single(await Reader.LabelsAsync(project.Id, queueId, null, Cancel), label => label.Annotator != "bo").Value);
        Assert.DoesNotContain(Sheet.Fields, field => field.Name is "Note" or "Label");
        Assert.Equal(["note"], (await Tables.FindAsync(project.Id, queueId, Cancel))!.Missing);
    }

    [Fact]
    public async Task An_insert_whose_answer_was_lost_is_not_repeated()
    {
        standIn.LoseAnswerOfInsert();
        await Assert.ThrowsAnyAsync<HttpRequestException>(ExchangeAsync);
        Assert.Equal(2, Sheet.Records.Count);
        Assert.All(await Tables.RowsAsync(queueId, Cancel), row => Assert.Null(row.RecordId));

        await ExchangeAsync();
        Assert.Equal(2, Sheet.Records.Count);
        Assert.All(await Tables.RowsAsync(queueId, Cancel), row => Assert.NotNull(row.RecordId));
    }

    [Fact]
    public async Task Nor_is_it_repeated_when_people_changed_the_rows_before_anybody_knew_of_them()
    {
        standIn.LoseAnswerOfInsert();
        await Assert.ThrowsAnyAsync<HttpRequestException>(ExchangeAsync);
        Sheet.Edit(Sheet.Records[0], "Item", null, Ann);
        await ExchangeAsync();
        Assert.Equal(2, Sheet.Records.Count);
        Assert.Single(await Tables.RowsAsync(queueId, Cancel), row => row.IsRemoved);

        // With no row to recognise it by the token alone says so.
        var token = Guid.NewGuid();
        RecordWrite[] rows = [new(null, new Dictionary<string, object?> { ["Question"] = "by token" })];
        var first = await NewClient().InsertAsync(TableStandIn.Base, Sheet.Id, rows, token, Cancel);
        Assert.Equal(first, await NewClient().InsertAsync(TableStandIn.Base, Sheet.Id, rows, token, Cancel));
        Assert.Equal(3, Sheet.Records.Count);
    }

    [Fact]
    public async Task A_queue_bound_anew_finds_its_rows_again()
    {
        await ExchangeAsync();
        Sheet.Edit(Sheet.Records[0], "Label", "yes", Ann);
        await Tables.UnbindAsync(project.Id, queueId, Cancel);
        await Queues.AddAsync(project.Id, queueId, [new("t2", null, "question 2")], Cancel);
        Assert.True(await Tables.BindAsync(project.Id, queueId, TableStandIn.Base, Sheet.Id, Cancel));
        await ExchangeAsync();

        Assert.Equal(["question 0", "question 1", "question 2"], Sheet.Records.Select(record => Sheet.Text(record, "Question")));
        Assert.Equal("yes", Assert.Single(await Reader.LabelsAsync(project.Id, queueId, null, Cancel)).Value);
    }

    [Fact]
    public async Task A_row_people_deleted_is_not_made_again()
    {
        await ExchangeAsync();
        Sheet.Records.RemoveAt(0);
        await ExchangeAsync();
        await ExchangeAsync();

        Assert.Single(Sheet.Records);
        Assert.Single(await Tables.RowsAsync(queueId, Cancel), row => row.IsRemoved);
    }

    [Fact]
    public async Task Calls_that_come_too_early_are_tried_again_and_a_token_that_ended_is_renewed_once()
    {
        standIn.Throttle(3);
        await ExchangeAsync();
        Assert.Equal(2, Sheet.Records.Count);
        Assert.Equal(1, standIn.TokensGiven);

        standIn.ExpireTokens();
        await ExchangeAsync();
        Assert.Equal(2, standIn.TokensGiven);
    }

    [Fact]
    public async Task More_rows_than_one_call_takes_are_written_and_read_in_pages()
    {
        await Queues.AddAsync(
            project.Id,
            queueId,
            [.. Enumerable.Range(2, 203).Select(i => new NewLabelItem($"t{i}", null, $"question {i}"))],
            Cancel
        );
        await ExchangeAsync();
        Assert.Equal(205, Sheet.Records.Count);

        Sheet.Edit(Sheet.Records[204], "Label", "yes", Ann);
        await ExchangeAsync();
        Assert.Equal("yes", Assert.Single(await Reader.LabelsAsync(project.Id, queueId, null, Cancel)).Value);
    }

    [Fact]
    public async Task One_process_at_a_time_has_a_table_and_a_failure_is_told()
    {
        var claimed = new List<int>();
        while (await Tables.ClaimAsync(TimeSpan.FromMinutes(1), Cancel) is { } table)
        {
            claimed.Add(table.QueueId);
        }

        Assert.Single(claimed, id => id == queueId);
        await Tables.ReleaseAsync(queueId, "refused", TimeSpan.FromHours(1), Cancel);
        Assert.Null(await Tables.ClaimAsync(TimeSpan.FromMinutes(1), Cancel));
        Assert.Equal("refused", (await Tables.FindAsync(project.Id, queueId, Cancel))!.Problem);
        await Tables.UnbindAsync(project.Id, queueId, Cancel);
    }

    private TableExchange NewExchange() => new(NewClient(), Tables, Queues, Reader, Desk, new(new(database.Database)), options, TimeProvider.System);

    private DingTalkClient NewClient() =>
        new(http, new(http, options, TimeProvider.System), new(options, TimeProvider.System), options, TimeProvider.System);

    private IOptions<DingTalkOptions> NewOptions() =>
        Options.Create(
            new DingTalkOptions
            {
                AppKey = TableStandIn.AppKey,
                AppSecret = TableStandIn.AppSecret,
                OperatorId = TableStandIn.Operator,
                BaseUrl = standIn.Address.ToString(),
                WebUrl = "https://llmobs.example",
                RequestsPerSecond = 100,
            }
        );

    private async Task ExchangeAsync() => await exchange.RunAsync((await Tables.FindAsync(project.Id, queueId, Cancel))!, Cancel);

    private string? Text(int row, string column) => Sheet.Text(Sheet.Records[row], column);

    private async Task LabelAsync(int place, string person, string value, string? note)
    {
        var items = await Reader.ItemsAsync(project.Id, queueId, null, 0, 10, database.Clock.GetUtcNow(), Cancel);
        var queue = (await Queues.FindAsync(project.Id, queueId, Cancel))!;
        Assert.True(await Desk.SaveAsync(project, queue, items[place], new(items[place].Id, person, value, [], note, false, default), Cancel));
    }
}
