using LlmObs.Domain.Spans;
using LlmObs.Storage;
using LlmObs.Storage.Reconciling;
using LlmObs.TraceLog;
using Microsoft.Extensions.Options;

namespace LlmObs.Ingest.Reconciling;

/// <summary>One turn of the ledger: compares the minutes that are due, resolves differences to spans, sends again what SLS lacks, has deleted what it holds too much of.</summary>
public sealed partial class Reconciler(
    SpanLedger ledger,
    RecordedSpans recordedSpans,
    SpanLogLedger logs,
    SurplusRemover remover,
    LedgerPolicy policy,
    LedgerMetrics metrics,
    IOptions<LedgerOptions> options,
    IOptions<StorageOptions> storage,
    TimeProvider time,
    ILogger<Reconciler> logger
)
{
    /// <summary>Compares what is due. Returns how many minutes of a project it looked at; 0 also when another replica has the turn.</summary>
    /// <exception cref="Sls.SlsException">SLS is away: the minutes stay due.</exception>
    /// <exception cref="StorageUnavailableException">PostgreSQL is away.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (await ledger.ClaimAsync(TimeSpan.FromSeconds(options.Value.LeaseSeconds), cancellationToken) is not { } turn)
        {
            return 0;
        }

        var (next, second) = (turn.NextMinute, turn.SecondMinute);
        var compared = 0;
        try
        {
            var delay = TimeSpan.FromSeconds(options.Value.DelaySeconds);
            var open = await ledger.OpenAsync(delay, TimeSpan.FromHours(options.Value.AskAgainHours), options.Value.MinutesATurn, cancellationToken);
            var waiting = await recordedSpans.WaitingAsync(cancellationToken);
            var until = Minute(time.GetUtcNow() - delay);
            (var count, next) = await CompareNextAsync(turn, next, until, waiting, cancellationToken);
            compared += count;
            if (options.Value.SecondLookMinutes > 0)
            {
                (count, second) = await CompareNextAsync(
                    turn,
                    second,
                    Earlier(next, until.AddMinutes(-options.Value.SecondLookMinutes)),
                    waiting,
                    cancellationToken
                );
                compared += count;
            }

            foreach (var minute in open.Select(LedgerPolicy.Reopened).GroupBy(entry => entry.Minute))
            {
                compared += await CompareAsync(turn, minute.Key, minute.Key.AddMinutes(1), [.. minute], onlyThese: true, waiting, cancellationToken);
            }
        }
        finally
        {
            await ledger.FinishAsync(next, second, CancellationToken.None);
        }

        return compared;
    }

    /// <returns>How many minutes of a project were compared, and the first minute that was not.</returns>
    private async Task<(int Compared, DateTimeOffset Next)> CompareNextAsync(
        LedgerTurn turn,
        DateTimeOffset from,
        DateTimeOffset to,
        IReadOnlySet<(int ProjectId, DateTimeOffset Minute)> waiting,
        CancellationToken cancellationToken
    )
    {
        to = Earlier(to, from.AddMinutes(options.Value.MinutesATurn));
        if (to <= from)
        {
            return (0, from);
        }

        // What an earlier look, or a turn that was cut short, has written down, repairs above all, goes on from there.
        var before = (await ledger.SinceAsync(from, project: null, cancellationToken)).Where(entry => entry.Minute < to);
        return (await CompareAsync(turn, from, to, [.. before], onlyThese: false, waiting, cancellationToken), to);
    }

    private async Task<int> CompareAsync(
        LedgerTurn turn,
        DateTimeOffset from,
        DateTimeOffset to,
        IReadOnlyList<LedgerEntry> before,
        bool onlyThese,
        IReadOnlySet<(int ProjectId, DateTimeOffset Minute)> waiting,
        CancellationToken cancellationToken
    )
    {
        // The record first: what is committed meanwhile makes SLS look ahead, never behind.
        var recorded = (await recordedSpans.CountAsync(from, to, cancellationToken)).ToDictionary(minute => (minute.Project, minute.Minute));
        var logged = (await logs.CountAsync(from, to, cancellationToken)).ToDictionary(minute => (minute.Project, minute.Minute));
        var earlier = before.ToDictionary(entry => (entry.Project, entry.Minute));
        var projects = await ProjectsAsync(recorded, earlier, logged, cancellationToken);
        var compared = 0;
        foreach (var key in onlyThese ? earlier.Keys : recorded.Keys.Union(logged.Keys))
        {
            // Logs of a project that is not in this database are another installation's: logstores can be shared.
            if (!projects.TryGetValue(key.Project, out var projectId))
            {
                continue;
            }

            await SettleAsync(
                turn,
                recorded.GetValueOrDefault(key) ?? new(projectId, key.Project, key.Minute, 0, 0),
                logged.GetValueOrDefault(key) ?? new(key.Project, key.Minute, 0, 0, 0),
                earlier.GetValueOrDefault(key),
                waiting.Contains((projectId, key.Minute)),
                cancellationToken
            );
            compared++;
        }

        return compared;
    }

    private async Task<Dictionary<string, int>> ProjectsAsync(
        Dictionary<(string Project, DateTimeOffset Minute), RecordedMinute> recorded,
        Dictionary<(string Project, DateTimeOffset Minute), LedgerEntry> earlier,
        Dictionary<(string Project, DateTimeOffset Minute), LoggedMinute> logged,
        CancellationToken cancellationToken
    )
    {
        var ids = new Dictionary<string, int>();
        foreach (var minute in recorded.Values)
        {
            ids[minute.Project] = minute.ProjectId;
        }

        foreach (var entry in earlier.Values)
        {
            ids[entry.Project] = entry.ProjectId;
        }

        if (logged.Keys.Any(key => !ids.ContainsKey(key.Project)))
        {
            foreach (var (name, id) in await recordedSpans.ProjectsAsync([.. logged.Keys.Select(key => key.Project).Distinct()], cancellationToken))
            {
                ids[name] = id;
            }
        }

        return ids;
    }

    private async Task SettleAsync(
        LedgerTurn turn,
        RecordedMinute record,
        LoggedMinute sls,
        LedgerEntry? before,
        bool isWaiting,
        CancellationToken cancellationToken
    )
    {
        var entry = new LedgerEntry(
            record.ProjectId,
            record.Project,
            record.Minute,
            LedgerState.Equal,
            record.Spans,
            sls.Spans,
            0,
            sls.Repeats,
            before?.RepairedSpans ?? 0,
            before?.Repairs ?? 0,
            before?.RemovedLogs ?? 0,
            before?.Removals ?? 0,
            sls.Repeats == 0 ? null : before?.Refusal
        );
        if (LedgerPolicy.Judge(record, sls, isWaiting) is { } state)
        {
            entry = entry with { State = state, MissingSpans = state == LedgerState.Waiting ? Math.Max(0, record.Spans - sls.Spans) : 0 };
            await ledger.SaveAsync(turn, entry, [], storage.Value.OutboxRowSpans, cancellationToken);
            metrics.Compared(entry, before);
            return;
        }

        var spans = await recordedSpans.OfMinuteAsync(record.ProjectId, record.Minute, cancellationToken);
        var held = await logs.SpansAsync(record.Project, record.Minute, sls.Spans, cancellationToken);
        var difference = LedgerPolicy.Compare(spans, held);
        var moved = difference.Unknown.Count == 0 ? 0 : await recordedSpans.KnownAsync(record.ProjectId, difference.Unknown, cancellationToken);
        var surplus = sls.Repeats + difference.Unknown.Count - moved;
        entry = entry with { State = LedgerPolicy.Judge(difference, surplus), MissingSpans = difference.Missing.Count, SurplusLogs = surplus };
        if (surplus > (before?.SurplusLogs ?? 0))
        {
            Log.Surplus(logger, surplus, record.Project, record.Minute);
        }

        var mayRemove = sls.Repeats > 0 && policy.MayRemove(entry);
        if (mayRemove)
        {
            // A round that made the surplus smaller does not count: there is an end to it.
            var removals = surplus < before?.SurplusLogs ? entry.Removals : entry.Removals + 1;
            entry = entry with { State = LedgerState.Waiting, Removals = removals };
        }

        await RepairAsync(turn, entry, before, difference, cancellationToken);
        if (mayRemove)
        {
            await remover.RemoveAsync(entry, spans, cancellationToken);
        }
    }

    private async Task RepairAsync(
        LedgerTurn turn,
        LedgerEntry entry,
        LedgerEntry? before,
        SpanDifference difference,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<RecordedSpan> sendAgain = policy.MayRepair(entry.Repairs) ? difference.Lost : [];
        if (sendAgain.Count > 0)
        {
            entry = entry with { RepairedSpans = entry.RepairedSpans + sendAgain.Count, Repairs = entry.Repairs + 1 };
            Log.Gap(logger, sendAgain.Count, entry.Project, entry.Minute);
        }

        await ledger.SaveAsync(turn, entry, sendAgain, storage.Value.OutboxRowSpans, cancellationToken);
        metrics.Compared(entry, before);
        metrics.Repaired(sendAgain.Count);
    }

    private static DateTimeOffset Minute(DateTimeOffset at) => DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds() / 60 * 60);

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "SLS lacks {Spans} spans of project {Project}, received at {Minute:u}; they are sent again.")]
        public static partial void Gap(ILogger logger, int spans, string project, DateTimeOffset minute);

        [LoggerMessage(
            2,
            LogLevel.Warning,
            "SLS holds {Logs} logs too many of project {Project}, received at {Minute:u}. Readers count a span once."
        )]
        public static partial void Surplus(ILogger logger, long logs, string project, DateTimeOffset minute);
    }
}
