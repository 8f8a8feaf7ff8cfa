using LlmObs.Domain.Spans;
using LlmObs.Storage;
using LlmObs.Storage.Reconciling;
using LlmObs.TraceLog;
using Microsoft.Extensions.Options;

namespace LlmObs.Ingest.Reconciling;

/// <summary>One turn of the ledger: compares the minutes that are due, resolves differences to spans, sends again what SLS lacks.</summary>
public sealed partial class Reconciler(
    SpanLedger ledger,
    SpanLogLedger logs,
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

        var next = turn.NextMinute;
        var compared = 0;
        try
        {
            var delay = TimeSpan.FromSeconds(options.Value.DelaySeconds);
            var open = await ledger.OpenAsync(delay, options.Value.MinutesATurn, cancellationToken);
            var waiting = await ledger.WaitingAsync(cancellationToken);
            var until = Earlier(Minute(time.GetUtcNow() - delay), next.AddMinutes(options.Value.MinutesATurn));
            if (until > next)
            {
                // What a turn that was cut short has written down already, repairs above all, goes on from there.
                var before = await ledger.SinceAsync(next, project: null, cancellationToken);
                compared += await CompareAsync(turn, next, until, before, onlyThese: false, waiting, cancellationToken);
                next = until;
            }

            foreach (var minute in open.GroupBy(entry => entry.Minute))
            {
                compared += await CompareAsync(turn, minute.Key, minute.Key.AddMinutes(1), [.. minute], onlyThese: true, waiting, cancellationToken);
            }
        }
        finally
        {
            await ledger.FinishAsync(next, CancellationToken.None);
        }

        return compared;
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
        var recorded = (await ledger.CountAsync(from, to, cancellationToken)).ToDictionary(minute => (minute.Project, minute.Minute));
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
            foreach (var (name, id) in await ledger.ProjectsAsync([.. logged.Keys.Select(key => key.Project).Distinct()], cancellationToken))
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
            before?.Repairs ?? 0
        );
        if (LedgerPolicy.Judge(record, sls, isWaiting) is { } state)
        {
            entry = entry with { State = state, MissingSpans = state == LedgerState.Waiting ? Math.Max(0, record.Spans - sls.Spans) : 0 };
            await ledger.SaveAsync(turn, entry, [], storage.Value.OutboxRowSpans, cancellationToken);
            metrics.Compared(entry, before);
            return;
        }

        var spans = await ledger.SpansAsync(record.ProjectId, record.Minute, cancellationToken);
        var held = await logs.SpansAsync(record.Project, record.Minute, sls.Spans, cancellationToken);
        var difference = LedgerPolicy.Compare(spans, held);
        var moved = difference.Unknown.Count == 0 ? 0 : await ledger.KnownAsync(record.ProjectId, difference.Unknown, cancellationToken);
        var surplus = sls.Repeats + difference.Unknown.Count - moved;
        entry = entry with { State = LedgerPolicy.Judge(difference, surplus), MissingSpans = difference.Missing.Count, SurplusLogs = surplus };
        IReadOnlyList<RecordedSpan> sendAgain = policy.MayRepair(entry.Repairs) ? difference.Lost : [];
        if (sendAgain.Count > 0)
        {
            entry = entry with { RepairedSpans = entry.RepairedSpans + sendAgain.Count, Repairs = entry.Repairs + 1 };
            Log.Gap(logger, sendAgain.Count, record.Project, record.Minute);
        }

        await ledger.SaveAsync(turn, entry, sendAgain, storage.Value.OutboxRowSpans, cancellationToken);
        metrics.Compared(entry, before);
        metrics.Repaired(sendAgain.Count);
        if (surplus > (before?.SurplusLogs ?? 0))
        {
            Log.Surplus(logger, surplus, record.Project, record.Minute);
        }
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
