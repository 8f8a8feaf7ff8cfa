using LlmObs.Domain;
using LlmObs.Domain.Dify;
using LlmObs.Domain.Updates;
using LlmObs.Storage.Access;
using LlmObs.Storage.Dify;
using LlmObs.Storage.Writing;
using Microsoft.Extensions.Options;

namespace LlmObs.Ingest.Dify;

/// <summary>
/// Reads Dify's database a turn at a time: what is new, what came late, what was open, what has been judged, then a page of history. A place is remembered only
/// when all before it is durable, so that whatever stops a turn loses nothing; rows read twice change nothing.
/// </summary>
internal sealed class DifyReader(
    DifyDatabase dify,
    DifyPages pages,
    DifyNameRows nameRows,
    DifyRunRows runRows,
    DifyCanvases canvases,
    DifyMessageRows messageRows,
    DifyOpenRows open,
    DifyLinks links,
    DifyProgress progress,
    DifyWriter writer,
    ScoreWriter scores,
    Projects projects,
    DifyReaderPolicy policy,
    IOptions<DifyReaderOptions> options,
    TimeProvider time
) : IDifySource
{
    private const string Source = "postgres";
    private const string History = ".history";
    private static readonly TimeSpan NamesLast = TimeSpan.FromMinutes(10);

    // Messages first: a run then hangs under its message at once.
    private static readonly DifyTable[] Tables = [DifyTable.Messages, DifyTable.Runs];

    // Behind every row of one time.
    private static readonly Guid LastId = new("ffffffff-ffff-ffff-ffff-ffffffffffff");

    private readonly Dictionary<DifyCreator, string> people = [];
    private readonly Dictionary<DifyTable, DifySweep> sweeps = Tables.ToDictionary(
        table => table,
        _ => new DifySweep(TimeSpan.FromHours(options.Value.LateHours), TimeSpan.FromSeconds(options.Value.LateSeconds), time)
    );
    private DifySchema? schema;
    private DifyNames names = DifyNames.None;
    private DateTimeOffset namesReadAt;

    public DifyLease Lease { get; } = new(Source, progress);

    public TimeSpan Poll => policy.Poll;

    /// <exception cref="DifyUnavailableException">Dify's database cannot be read now.</exception>
    public async Task<bool> TurnAsync(CancellationToken cancellationToken)
    {
        if (await Lease.TakeAsync(cancellationToken) is not { } isPaused)
        {
            return false;
        }

        var project =
            await projects.FindAsync(options.Value.Project, cancellationToken)
            ?? await projects.CreateAsync(options.Value.Project, cancellationToken)
            ?? throw new DifyUnavailableException($"The project {options.Value.Project} is being made; it is there the next time.");
        if (schema is null || time.GetUtcNow() - namesReadAt > NamesLast)
        {
            // Dify is upgraded while we run.
            schema = await DifySchema.ReadAsync(dify, cancellationToken);
            await ReadNamesAsync(cancellationToken);
        }

        var hasMore = false;
        foreach (var table in Tables)
        {
            await BeginAsync(table, cancellationToken);
        }

        foreach (var table in Tables)
        {
            await ReadNewAsync(project, table, cancellationToken);
            await ReadLateAsync(project, table, cancellationToken);
            await ReadOpenAsync(project, table, cancellationToken);
            hasMore |= !isPaused && await ReadHistoryAsync(project, table, cancellationToken);
        }

        await JudgeAsync(project, cancellationToken);
        await progress.FinishAsync(Source, dify.TakeLoad(), cancellationToken);
        return hasMore;
    }

    private async Task ReadNamesAsync(CancellationToken cancellationToken)
    {
        names = await nameRows.ReadAsync(cancellationToken);
        namesReadAt = time.GetUtcNow();
        people.Clear();
    }

    private async Task BeginAsync(DifyTable table, CancellationToken cancellationToken)
    {
        var streams = await progress.StreamsAsync(Source, cancellationToken);
        if (streams.Any(stream => stream.Name == Name(table)) && streams.Any(stream => stream.Name == Name(table) + History))
        {
            return;
        }

        // From the newest row and not from our clock, which need not be Dify's.
        var beyond = new DifyPlace(time.GetUtcNow().AddDays(1), LastId);
        var newest = await pages.BeforeAsync(table, schema!, names, beyond, DateTimeOffset.UnixEpoch, 1, cancellationToken);
        var start = newest is [var last] ? last : new DifyPlace(DateTimeOffset.UnixEpoch, Guid.Empty);
        var floor = start.At.AddDays(-options.Value.HistoryDays);
        await progress.BeginAsync(Source, Name(table) + History, start with { Id = LastId }, floor, cancellationToken);
        await progress.BeginAsync(Source, Name(table), start, until: null, cancellationToken);
    }

    private async Task ReadNewAsync(Project project, DifyTable table, CancellationToken cancellationToken)
    {
        var reached = (await StreamAsync(Name(table), cancellationToken)).Place;
        var place = new DifyPlace(reached.At.AddSeconds(-options.Value.OverlapSeconds), Guid.Empty);
        while (true)
        {
            var page = await pages.AfterAsync(table, schema!, names, place, options.Value.RowsPerQuery, cancellationToken);
            var read = await TakeNewAsync(project, table, [.. page.Select(row => row.Id)], cancellationToken);
            if (page.Count > 0)
            {
                place = page[^1];
                reached = place.At > reached.At ? place : reached;
                await progress.AdvanceAsync(Source, Name(table), reached, isDone: false, read, cancellationToken);
            }

            if (page.Count < options.Value.RowsPerQuery)
            {
                return;
            }

            await Lease.TakeAsync(cancellationToken);
        }
    }

    private async Task ReadLateAsync(Project project, DifyTable table, CancellationToken cancellationToken)
    {
        var reached = (await StreamAsync(Name(table), cancellationToken)).Place.At;
        if (sweeps[table].Next(reached) is { } place)
        {
            var page = await pages.AfterAsync(table, schema!, names, place, options.Value.RowsPerQuery, cancellationToken);
            await TakeNewAsync(project, table, [.. page.Select(row => row.Id)], cancellationToken);
            sweeps[table].Passed(page, page.Count == options.Value.RowsPerQuery, reached);
        }
    }

    private async Task<bool> ReadHistoryAsync(Project project, DifyTable table, CancellationToken cancellationToken)
    {
        var stream = await StreamAsync(Name(table) + History, cancellationToken);
        if (stream.IsDone || options.Value.HistoryDays == 0)
        {
            return false;
        }

        var floor = stream.UntilAt ?? stream.BeganAt;
        var page = await pages.BeforeAsync(table, schema!, names, stream.Place, floor, options.Value.RowsPerQuery, cancellationToken);
        var read = await TakeNewAsync(project, table, [.. page.Select(row => row.Id)], cancellationToken);
        var isDone = page.Count < options.Value.RowsPerQuery;
        await progress.AdvanceAsync(Source, stream.Name, page.Count > 0 ? page[^1] : stream.Place, isDone, read, cancellationToken);
        return !isDone;
    }

    private async Task ReadOpenAsync(Project project, DifyTable table, CancellationToken cancellationToken)
    {
        var due = await open.DueAsync(project, table, time.GetUtcNow(), options.Value.RowsPerQuery, cancellationToken);
        if (due.Count > 0)
        {
            var read = await TakeAsync(project, table, due, cancellationToken);
            await open.ForgetAsync(project, table, [.. due.Except(read)], cancellationToken);
        }
    }

    private async Task<int> TakeNewAsync(Project project, DifyTable table, IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        var unread = ids.Count == 0 ? [] : await open.ToReadAsync(project, table, ids, time.GetUtcNow(), cancellationToken);
        return unread.Count == 0 ? 0 : (await TakeAsync(project, table, unread, cancellationToken)).Count;
    }

    private Task<IReadOnlyCollection<Guid>> TakeAsync(
        Project project,
        DifyTable table,
        IReadOnlyCollection<Guid> ids,
        CancellationToken cancellationToken
    ) => table == DifyTable.Runs ? TakeRunsAsync(project, ids, cancellationToken) : TakeMessagesAsync(project, ids, cancellationToken);

    private async Task<IReadOnlyCollection<Guid>> TakeRunsAsync(Project project, IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        var runs = await runRows.ByIdAsync(schema!, ids, cancellationToken);
        var context = await ContextAsync(runs.Select(run => run.AppId), runs.Select(run => run.Creator), cancellationToken);
        var calls = new List<DifyCall>();
        await writer.WriteAsync(project, runs.Select(run => RunSteps.Of(run, context)), cancellationToken);
        var branches = await canvases.BranchesAsync(runs, cancellationToken);
        await foreach (var nodes in runRows.NodesAsync(schema!, [.. runs.Select(run => run.Id)], cancellationToken))
        {
            var steps = nodes.GroupBy(node => node.RunId).SelectMany(run => RunSteps.Of([.. run], branches[run.Key], context));
            await writer.WriteAsync(project, steps, cancellationToken);
            calls.AddRange(nodes.SelectMany(node => ToolCalls.Of(node, names.Tools)));
        }

        await open.KeepAsync(project, runs, policy.LookAt, cancellationToken);
        await links.FindAsync(project, calls, runs, cancellationToken);
        return [.. runs.Select(run => run.Id)];
    }

    private async Task<IReadOnlyCollection<Guid>> TakeMessagesAsync(
        Project project,
        IReadOnlyCollection<Guid> ids,
        CancellationToken cancellationToken
    )
    {
        var messages = await messageRows.ByIdAsync(ids, cancellationToken);
        var context = await ContextAsync(
            messages.Select(message => message.AppId),
            messages.Select(message => message.Creator).OfType<DifyCreator>(),
            cancellationToken
        );
        var agents = messages.Where(message => message.RunId is null).Select(message => message.Id).ToList();
        var thoughts = agents.Count == 0 ? null : await messageRows.ThoughtsAsync(agents, cancellationToken);
        var steps = messages.SelectMany(message => MessageSteps.Of(message, Of(message), context));
        await writer.WriteAsync(project, steps, cancellationToken);
        await open.KeepAsync(project, messages, policy.LookAt, time.GetUtcNow(), cancellationToken);
        await links.FindAsync(project, [.. messages.SelectMany(Calls)], [], cancellationToken);
        return [.. messages.Select(message => message.Id)];

        IReadOnlyList<DifyThought> Of(DifyMessage message) => thoughts is null ? [] : [.. thoughts[message.Id]];

        IEnumerable<DifyCall> Calls(DifyMessage message) =>
            names.Apps.TryGetValue(message.AppId, out var app)
                ? Of(message).SelectMany(thought => ToolCalls.Of(thought, message, app.TenantId, names.Tools))
                : [];
    }

    private async Task JudgeAsync(Project project, CancellationToken cancellationToken)
    {
        var due = (await open.ToJudgeAsync(project, time.GetUtcNow(), options.Value.RowsPerQuery, cancellationToken)).ToDictionary(message =>
            message.Id
        );
        if (due.Count == 0)
        {
            return;
        }

        var feedback = await messageRows.FeedbackAsync(due.Keys, cancellationToken);
        var annotations = await messageRows.AnnotationsAsync(due.Keys, cancellationToken);
        var given = feedback
            .Select(one => DifyJudgements.Of(one, due[one.MessageId]))
            .Concat(annotations.Select(one => DifyJudgements.Of(one, due[one.MessageId])))
            .ToList();
        await writer.WriteAsync(project, given, cancellationToken);
        var withdrawn = due.Values.SelectMany(DifyJudgements.IdsOf).Except(given.Select(score => score.Id)).ToList();
        await scores.DeleteAsync(project, withdrawn, cancellationToken);
        await open.JudgedAsync(project, due.Values, policy.JudgeAt, cancellationToken);
    }

    private async Task<DifyContext> ContextAsync(IEnumerable<Guid> apps, IEnumerable<DifyCreator> creators, CancellationToken cancellationToken)
    {
        if (apps.Any(app => !names.Apps.ContainsKey(app)) && time.GetUtcNow() - namesReadAt > policy.Poll)
        {
            await ReadNamesAsync(cancellationToken);
        }

        foreach (var (creator, name) in await nameRows.PeopleAsync(creators.Where(creator => !people.ContainsKey(creator)), cancellationToken))
        {
            people[creator] = name;
        }

        return new(names, people);
    }

    private async Task<DifyStream> StreamAsync(string name, CancellationToken cancellationToken) =>
        (await progress.StreamsAsync(Source, cancellationToken)).Single(stream => stream.Name == name);

    private static string Name(DifyTable table) => table == DifyTable.Runs ? "runs" : "messages";
}
