using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Ingest.Reconciling;
using LlmObs.IntegrationTests.Ingest.Faults;
using LlmObs.IntegrationTests.Support;
using LlmObs.IntegrationTests.TraceLog;
using LlmObs.Sls;
using LlmObs.Storage.Reconciling;
using LlmObs.Storage.Writing;
using LlmObs.TraceLog;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace LlmObs.IntegrationTests.Ingest.Reconciling;

/// <summary>PostgreSQL and SLS, both real, made to differ behind the shippers' back.</summary>
public sealed class ReconcilerTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly LedgerOptions options = new() { DelaySeconds = 0 };
    private LocalSls sls = null!;
    private Project project = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private SpanLedger Ledger => new(database.Database);

    public async ValueTask InitializeAsync()
    {
        sls = await LocalSls.StartAsync();
        await sls.Store.EnsureAsync(Token);
        project = await database.NewProjectAsync();
        await database.ScalarAsync("UPDATE ledger_progress SET next_minute = date_trunc('minute', now()), leased_until = NULL");
    }

    public async ValueTask DisposeAsync()
    {
        await sls.DisposeAsync();
        await services.DisposeAsync();
    }

    [Fact]
    public async Task Is_equal_when_both_hold_the_same_whatever_the_order()
    {
        var first = await WriteAsync(Spans.Chat(), Spans.Chat());
        var second = await WriteAsync(Spans.Full(), Spans.Chat());
        await ShipAsync(second);
        await ShipAsync(first);

        await CompareAsync();

        Assert.Equal((LedgerState.Equal, 4, 4, 0, 0), await FoundAsync());
    }

    [Fact]
    public async Task Finds_the_spans_SLS_lost_and_sends_them_again()
    {
        var kept = await WriteAsync(Spans.Chat(), Spans.Chat());
        var lost = await WriteAsync(Spans.Chat());
        await ShipAsync(kept);
        await database.Outbox.CompleteAsync([lost], Token);

        await CompareAsync();
        Assert.Equal((LedgerState.Gap, 3, 2, 1, 0), await FoundAsync());

        // The repair is on its way: it is not sent once more.
        await CompareAsync();
        Assert.Equal((LedgerState.Waiting, 3, 2, 1, 0), await FoundAsync());
        var repair = Assert.Single(await database.Outbox.ClaimAsync(100, TimeSpan.FromMinutes(1), Token), batch => batch.Project == project);
        Assert.Equal(lost.Records.Single().Span.SpanId, repair.Records.Single().Span.SpanId);
        await ShipAsync(repair);

        await CompareAsync();
        Assert.Equal((LedgerState.Equal, 3, 3, 0, 0), await FoundAsync());
        Assert.Equal((1, 1), await RepairedAsync());
    }

    [Fact]
    public async Task Finds_an_update_SLS_never_saw()
    {
        var batch = await WriteAsync(Spans.Chat());
        await ShipAsync(batch);
        await database.ScalarAsync($"UPDATE spans SET version = 2 WHERE project_id = {project.Id}");

        await CompareAsync();
        Assert.Equal((LedgerState.Gap, 1, 1, 1, 0), await FoundAsync());

        await ShipAsync(Assert.Single(await database.Outbox.ClaimAsync(100, TimeSpan.FromMinutes(1), Token), repair => repair.Project == project));
        await CompareAsync();
        Assert.Equal((LedgerState.Equal, 1, 1, 0, 0), await FoundAsync());
    }

    [Fact]
    public async Task Compares_a_minute_again_when_a_span_of_it_is_shipped_late()
    {
        var batch = await WriteAsync(Spans.Chat());
        await ShipAsync(batch);
        await CompareAsync();
        Assert.Equal((LedgerState.Equal, 1, 1, 0, 0), await FoundAsync());

        // Content that came late: a new version of the span, received when it was. SLS loses it.
        await database.ScalarAsync($"UPDATE spans SET version = 2 WHERE project_id = {project.Id}");
        await CompareAsync();
        Assert.Equal((LedgerState.Equal, 1, 1, 0, 0), await FoundAsync());
        await database.Outbox.CompleteAsync([batch], Token);

        await CompareAsync();
        Assert.Equal((LedgerState.Gap, 1, 1, 1, 0), await FoundAsync());
    }

    [Fact]
    public async Task Compares_a_minute_in_which_nothing_was_when_a_span_of_it_is_shipped_late()
    {
        await CompareAsync();
        Assert.Empty(await EntriesAsync());

        await database.Outbox.CompleteAsync([await WriteAsync(Spans.Chat())], Token);

        await CompareAsync();
        Assert.Equal((LedgerState.Gap, 1, 0, 1, 0), await FoundAsync());
    }

    [Fact]
    public async Task Does_not_settle_a_minute_that_was_reopened_while_it_was_compared()
    {
        var batch = await WriteAsync(Spans.Chat());
        await ShipAsync(batch);
        await CompareAsync();
        var turn = await Ledger.ClaimAsync(TimeSpan.FromMinutes(1), Token);
        await database.Outbox.CompleteAsync([batch], Token);

        await Ledger.SaveAsync(turn!, Assert.Single(await EntriesAsync()) with { State = LedgerState.Equal }, [], 500, Token);

        Assert.Equal(LedgerState.Waiting, Assert.Single(await EntriesAsync()).State);
    }

    [Fact]
    public async Task Only_shows_what_SLS_holds_too_much_of_when_nothing_is_to_be_deleted()
    {
        var twice = await WriteAsync(Spans.Chat());
        await ShipAsync(twice);
        await ShipAsync(twice);
        options.RemoveSurplus = false;

        await CompareAsync();

        Assert.Equal((LedgerState.Surplus, 1, 1, 0, 1), await FoundAsync());
    }

    [Fact]
    public async Task Deletes_what_a_write_that_came_into_effect_too_late_has_doubled()
    {
        var batch = await WriteAsync([.. Enumerable.Range(0, 30).Select(_ => Spans.Chat())]);
        var other = await WriteAsync(Spans.Chat());
        await ShipAsync(other, isFirst: true);
        await ShipAsync(batch);
        await ShipAsync(batch, isFirst: true);

        await CompareAsync();
        Assert.Equal((LedgerState.Waiting, 31, 31, 0, 30), await FoundAsync());

        await CompareAsync();
        Assert.Equal((LedgerState.Equal, 31, 31, 0, 0), await FoundAsync());
        Assert.Equal((30, 1), await RemovedAsync());
        Assert.Equal((31, 31), await LogsAsync());
    }

    [Fact]
    public async Task Deletes_a_version_that_is_there_twice_and_leaves_the_one_before()
    {
        var batch = await WriteAsync(Spans.Chat());
        await ShipAsync(batch, isFirst: true);
        await database.ScalarAsync($"UPDATE spans SET version = 2 WHERE project_id = {project.Id}");
        var newer = batch with { Records = [batch.Records.Single() with { Revision = 2 }] };
        await ShipAsync(newer);
        await ShipAsync(newer);

        await CompareAsync();
        await CompareAsync();
        Assert.Equal((LedgerState.Gap, 1, 1, 1, 0), await FoundAsync());
        await ShipAsync(Assert.Single(await database.Outbox.ClaimAsync(100, TimeSpan.FromMinutes(1), Token), repair => repair.Project == project));

        await CompareAsync();
        Assert.Equal((LedgerState.Equal, 1, 1, 0, 0), await FoundAsync());
        Assert.Equal((2, 1), await LogsAsync());
    }

    [Fact]
    public async Task Logs_that_cannot_be_told_apart_all_go_and_the_span_is_sent_again_also_after_a_kill_in_between()
    {
        var twice = await WriteAsync(Spans.Chat());
        await ShipAsync(twice);
        await ShipAsync(twice);

        // Killed when SLS has begun to delete.
        await Assert.ThrowsAsync<KilledException>(() => CompareAsync(new DeletionAnswers(HttpMethod.Get)));
        Assert.Equal(LedgerState.Waiting, Assert.Single(await EntriesAsync()).State);
        await Wait.UntilAsync(async () => await LogsAsync() is (0, 0), "the logs are deleted");

        await CompareAsync();
        Assert.Equal((LedgerState.Gap, 1, 0, 1, 0), await FoundAsync());
        await ShipAsync(Assert.Single(await database.Outbox.ClaimAsync(100, TimeSpan.FromMinutes(1), Token), repair => repair.Project == project));

        await CompareAsync();
        Assert.Equal((LedgerState.Equal, 1, 1, 0, 0), await FoundAsync());
        Assert.Equal((1, 0), await LogsAsync());
    }

    [Fact]
    public async Task A_removal_that_was_cut_short_is_taken_up_again()
    {
        var twice = await WriteAsync(Spans.Chat());
        await ShipAsync(twice, isFirst: true);
        await ShipAsync(twice);

        await Assert.ThrowsAsync<KilledException>(() => CompareAsync(new DeletionAnswers(HttpMethod.Post)));
        Assert.Equal((LedgerState.Waiting, 1, 1, 0, 1), await FoundAsync());

        await CompareAsync();
        await CompareAsync();
        Assert.Equal((LedgerState.Equal, 1, 1, 0, 0), await FoundAsync());
        Assert.Equal((1, 2), await RemovedAsync());
    }

    [Fact]
    public async Task An_SLS_that_does_not_delete_is_left_alone_for_hours_and_the_surplus_is_shown_with_its_reason()
    {
        var twice = await WriteAsync(Spans.Chat());
        await ShipAsync(twice, isFirst: true);
        await ShipAsync(twice);
        var refusing = new DeletionAnswers(HttpMethod.Post, HttpStatusCode.Forbidden);

        for (var look = 0; look < 3; look++)
        {
            await CompareAsync(refusing);
        }

        Assert.Equal((LedgerState.Surplus, 1, 1, 0, 1), await FoundAsync());
        Assert.Contains("no deletions here", Assert.Single(await EntriesAsync()).Refusal, StringComparison.Ordinal);
        Assert.Equal(1, refusing.Deletions);
        Assert.Equal((2, 1), await LogsAsync());
    }

    [Fact]
    public async Task An_SLS_that_did_not_delete_is_asked_again_later_and_the_surplus_goes_when_it_does()
    {
        var twice = await WriteAsync(Spans.Chat());
        await ShipAsync(twice, isFirst: true);
        await ShipAsync(twice);
        var refusing = new DeletionAnswers(HttpMethod.Post, HttpStatusCode.Forbidden);
        options.AskAgainHours = 0;
        for (var look = 0; look < 4; look++)
        {
            await CompareAsync(refusing);
        }

        Assert.Equal(2, refusing.Deletions);
        Assert.Equal((LedgerState.Surplus, 1, 1, 0, 1), await FoundAsync());

        // The key was given what it lacked.
        await CompareAsync();
        Assert.Equal((LedgerState.Waiting, 1, 1, 0, 1), await FoundAsync());
        await CompareAsync();

        Assert.Equal((LedgerState.Equal, 1, 1, 0, 0), await FoundAsync());
        Assert.Null(Assert.Single(await EntriesAsync()).Refusal);
        Assert.Equal((1, 1), await LogsAsync());
    }

    [Fact]
    public async Task An_SLS_that_is_too_busy_to_delete_is_asked_again_some_times_and_other_minutes_have_their_turn()
    {
        var twice = await WriteAsync(Spans.Chat());
        await ShipAsync(twice, isFirst: true);
        await ShipAsync(twice);
        var busy = new DeletionAnswers(HttpMethod.Post, HttpStatusCode.ServiceUnavailable);

        for (var look = 0; look < options.MaxRepairs + 2; look++)
        {
            await CompareAsync(busy);
        }

        Assert.Equal((LedgerState.Surplus, 1, 1, 0, 1), await FoundAsync());
        Assert.Equal(options.MaxRepairs, busy.Deletions);
    }

    [Fact]
    public async Task Leaves_logs_of_spans_the_record_does_not_know()
    {
        var unknown = await WriteAsync(Spans.Chat());
        await ShipAsync(unknown);
        await ShipAsync(unknown);
        await database.ScalarAsync($"DELETE FROM spans WHERE project_id = {project.Id}");

        for (var look = 0; look < options.MaxRepairs + 2; look++)
        {
            await CompareAsync();
        }

        Assert.Equal((LedgerState.Surplus, 0, 1, 0, 2), await FoundAsync());
        Assert.Equal((2, 0), await LogsAsync());
    }

    [Fact]
    public async Task Finds_at_the_second_look_what_came_after_the_first()
    {
        var batch = await WriteAsync(Spans.Chat());
        await ShipAsync(batch, isFirst: true);
        await CompareAsync();
        Assert.Equal((LedgerState.Equal, 1, 1, 0, 0), await FoundAsync());

        await sls.Store.WriteAsync(project.Name, batch.BatchId, batch.Records, Token);
        await CompareAsync();
        Assert.Equal((LedgerState.Equal, 1, 1, 0, 0), await FoundAsync());

        options.SecondLookMinutes = 1;
        await CompareAsync();
        Assert.Equal((LedgerState.Waiting, 1, 1, 0, 1), await FoundAsync());
        await CompareAsync();
        Assert.Equal((LedgerState.Equal, 1, 1, 0, 0), await FoundAsync());
    }

    [Fact]
    public async Task A_span_whose_update_was_received_in_another_minute_is_no_surplus()
    {
        await ShipAsync(await WriteAsync(Spans.Chat()));
        var moved = await WriteAsync(Spans.Chat());
        await ShipAsync(moved);
        await database.ScalarAsync(
            $"""
            UPDATE spans SET version = 2, received_at = received_at + interval '10 minutes'
            WHERE project_id = {project.Id} AND span_id = '{moved.Records.Single().Span.SpanId}'
            """
        );

        await CompareAsync();

        Assert.Equal((LedgerState.Equal, 1, 2, 0, 0), await FoundAsync());
    }

    [Fact]
    public async Task Waits_for_what_is_on_its_way_and_takes_a_parked_batch_for_a_gap()
    {
        var batch = await WriteAsync(Spans.Chat());

        await CompareAsync();
        Assert.Equal((LedgerState.Waiting, 1, 0, 1, 0), await FoundAsync());

        await database.Outbox.ParkAsync(batch, "PostBodyInvalid", Token);
        await CompareAsync();
        Assert.Equal((LedgerState.Gap, 1, 0, 1, 0), await FoundAsync());
        Assert.Equal((0, 0), await RepairedAsync());
    }

    [Fact]
    public async Task Does_not_send_what_sampling_holds_back()
    {
        var batch = await WriteAsync(Spans.Chat());
        await database.Outbox.CompleteAsync([batch], Token);
        await database.ScalarAsync($"INSERT INTO held_traces (project_id, trace_id) VALUES ({project.Id}, '{batch.Records.Single().Span.TraceId}')");

        await CompareAsync();

        Assert.Equal((LedgerState.Waiting, 1, 0, 1, 0), await FoundAsync());
        Assert.Equal((0, 0), await RepairedAsync());
    }

    [Fact]
    public async Task Leaves_the_turn_to_the_replica_that_has_it_and_the_minutes_due_while_SLS_is_away()
    {
        await ShipAsync(await WriteAsync(Spans.Chat()));
        Assert.NotNull(await Ledger.ClaimAsync(TimeSpan.FromMinutes(1), Token));
        Assert.Equal(0, await CompareAsync());
        await database.ScalarAsync("UPDATE ledger_progress SET leased_until = NULL");

        await sls.StopAsync();
        await Assert.ThrowsAsync<SlsException>(CompareAsync);
        await sls.RestartAsync();

        await CompareAsync();
        Assert.Equal((LedgerState.Equal, 1, 1, 0, 0), await FoundAsync());
    }

    [Fact]
    public async Task Retries_and_reads_a_parked_batch_of_its_own_project_only()
    {
        var parked = new ParkedBatches(database.Database);
        var batch = await WriteAsync(Spans.Chat().Saying("问题"), Spans.Chat());
        await database.Outbox.ParkAsync(batch, "PostBodyInvalid: no", Token);

        var listed = Assert.Single(await parked.ListAsync(project.Name, 10, Token));
        Assert.Equal((batch.Id, 2, "PostBodyInvalid: no"), (listed.Id, listed.Spans, listed.Reason));
        Assert.Contains(await parked.ReadAsync(project.Name, batch.Id, Token), record => record.Content.Input == "问题");
        var other = await database.NewProjectAsync();
        Assert.Empty(await parked.ReadAsync(other.Name, batch.Id, Token));
        Assert.False(await parked.RetryAsync(other.Name, batch.Id, Token));

        Assert.True(await parked.RetryAsync(project.Name, batch.Id, Token));
        Assert.False(await parked.RetryAsync(project.Name, batch.Id, Token));
        Assert.Empty(await parked.ListAsync(project.Name, 10, Token));
        Assert.Contains(await database.Outbox.ClaimAsync(100, TimeSpan.FromMinutes(1), Token), claimed => claimed.Id == batch.Id);
    }

    private async Task<OutboxBatch> WriteAsync(params SpanRecord[] spans) => (await database.WriteAsync(project, spans)).Outbox.Single();

    private async Task ShipAsync(OutboxBatch batch, bool isFirst = false)
    {
        await sls.Store.WriteAsync(batch.Project.Name, batch.BatchId, batch.Records, Token, isFirst);
        await database.Outbox.CompleteAsync([batch], Token);
    }

    private Task<int> CompareAsync() => CompareAsync(new DeletionAnswers());

    private async Task<int> CompareAsync(DeletionAnswers answers)
    {
        // As if the minute had passed.
        var clock = new TestClock();
        clock.Advance(TimeSpan.FromMinutes(2));
        using var http = new HttpClient(answers, disposeHandler: false);
        var client = new SlsClient(SlsOptions.Parse(sls.ConnectionString), http);
        var logs = new SpanLogLedger(client, TimeProvider.System);
        var policy = new LedgerPolicy(options);
        using var metrics = new LedgerMetrics(services.GetRequiredService<IMeterFactory>(), clock);
        var remover = new SurplusRemover(
            new SpanLogSurplus(client, logs, TimeProvider.System),
            Ledger,
            policy,
            metrics,
            Options.Create(options),
            NullLogger<SurplusRemover>.Instance
        );
        var reconciler = new Reconciler(
            Ledger,
            new RecordedSpans(database.Database),
            logs,
            remover,
            policy,
            metrics,
            Options.Create(options),
            Options.Create(database.Options),
            clock,
            NullLogger<Reconciler>.Instance
        );
        return await reconciler.RunAsync(Token);
    }

    private async Task<IReadOnlyList<LedgerEntry>> EntriesAsync() =>
        await Ledger.SinceAsync(TimeProvider.System.GetUtcNow().AddHours(-1), project.Name, Token);

    // Summed, since a test may run across the turn of a minute.
    private async Task<(LedgerState State, int Record, int Sls, int Missing, int Surplus)> FoundAsync()
    {
        var entries = await EntriesAsync();
        return (
            entries.Max(entry => entry.State),
            (int)entries.Sum(entry => entry.RecordSpans),
            (int)entries.Sum(entry => entry.SlsSpans),
            (int)entries.Sum(entry => entry.MissingSpans),
            (int)entries.Sum(entry => entry.SurplusLogs)
        );
    }

    private async Task<(int Logs, int Rounds)> RemovedAsync()
    {
        var entries = await EntriesAsync();
        return ((int)entries.Sum(entry => entry.RemovedLogs), entries.Sum(entry => entry.Removals));
    }

    /// <summary>Logs of the project, and those of them that are the first of their span.</summary>
    private async Task<(int All, int First)> LogsAsync()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var found = await sls.Client.GetLogsAsync(
            SpanLogSchema.Logstore,
            new SlsQuery("* | select count(1) as logs, count(\"firstLog\") as firsts from log", now - 86_400 * 8, now + 3600),
            Token
        );
        return (int.Parse(found.Rows[0]["logs"], CultureInfo.InvariantCulture), int.Parse(found.Rows[0]["firsts"], CultureInfo.InvariantCulture));
    }

    private async Task<(int Spans, int Rounds)> RepairedAsync()
    {
        var entries = await EntriesAsync();
        return ((int)entries.Sum(entry => entry.RepairedSpans), entries.Sum(entry => entry.Repairs));
    }

    private sealed class KilledException : Exception;

    /// <summary>Answers what is asked about deletions, by one method, in SLS's place; everything else SLS answers.</summary>
    private sealed class DeletionAnswers(HttpMethod? method = null, HttpStatusCode? status = null) : DelegatingHandler(new SocketsHttpHandler())
    {
        public int Deletions { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (!request.RequestUri!.AbsolutePath.Contains("/deletelogtasks", StringComparison.Ordinal))
            {
                return await base.SendAsync(request, cancellationToken);
            }

            Deletions++;
            return request.Method != method ? await base.SendAsync(request, cancellationToken)
                : status is null ? throw new KilledException()
                : new(status.Value) { Content = new StringContent("""{"errorCode":"Unauthorized","errorMessage":"no deletions here"}""") };
        }
    }
}
