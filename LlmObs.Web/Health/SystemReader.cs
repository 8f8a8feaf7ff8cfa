using LlmObs.Storage.Dify;
using LlmObs.Storage.Reading;
using LlmObs.Storage.Reconciling;
using LlmObs.Storage.Sampling;
using LlmObs.Storage.Writing;
using LlmObs.TraceLog;

namespace LlmObs.Web.Health;

/// <summary>What one look found, or why there was nothing to see.</summary>
public sealed record Seen<T>(T? Value, string? Error)
    where T : class;

/// <summary>How SLS answered.</summary>
public sealed record SlsAnswer(TimeSpan Elapsed, long RecentSpans);

public sealed record SystemState(
    Seen<StoredRows> Stored,
    Seen<OutboxStatus> Outbox,
    Seen<SlsAnswer> Sls,
    Seen<IReadOnlyList<ProjectCoverage>> Coverage,
    Seen<Backlog> Backlog,
    Seen<LedgerStrip> Ledger,
    Seen<IReadOnlyList<LedgerDay>> LedgerDay,
    Seen<IReadOnlyList<ParkedBatch>> Parked,
    Seen<IReadOnlyList<DifyReaderStatus>> Dify,
    Seen<ToldWaiting> DifySpans
);

/// <summary>How fast the outbox empties; no rate before there were two samples of it.</summary>
public sealed record Backlog(OutboxRate? Rate);

/// <summary>Looks at every store by itself: one that is away must not hide the others.</summary>
public sealed partial class SystemReader(
    StorageStatus storage,
    Outbox outbox,
    OutboxHistory history,
    SpanLedger ledger,
    ParkedBatches parked,
    Coverage coverage,
    DifyProgress dify,
    ToldSpans told,
    SpanSearch search,
    TimeProvider time,
    ILogger<SystemReader> logger
)
{
    /// <summary>What "recently" means for SLS.</summary>
    public static readonly TimeSpan Recent = TimeSpan.FromMinutes(15);

    /// <summary>Parked batches shown at once.</summary>
    private const int MostParked = 100;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<SystemState> ReadAsync(string project, CancellationToken cancellationToken)
    {
        var stored = LookAsync(storage.RowsAsync, cancellationToken);
        var queue = LookAsync(outbox.StatusAsync, cancellationToken);
        var sls = LookAsync(token => AskSlsAsync(project, token), cancellationToken);
        var covered = LookAsync(coverage.OfLastWeekAsync, cancellationToken);
        var backlog = LookAsync(async token => new Backlog(await history.RateAsync(token)), cancellationToken);
        var strip = LookAsync(token => LedgerAsync(project, token), cancellationToken);
        var day = LookAsync(ledger.LastDayAsync, cancellationToken);
        var aside = LookAsync(token => parked.ListAsync(project, MostParked, token), cancellationToken);
        var readers = LookAsync(dify.StatusAsync, cancellationToken);
        var waiting = LookAsync(told.WaitingAsync, cancellationToken);
        return new(
            await stored,
            await queue,
            await sls,
            await covered,
            await backlog,
            await strip,
            await day,
            await aside,
            await readers,
            await waiting
        );
    }

    private async Task<LedgerStrip> LedgerAsync(string project, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return LedgerStrip.Of(await ledger.SinceAsync(LedgerStrip.First(now), project, cancellationToken), now);
    }

    private async Task<SlsAnswer> AskSlsAsync(string project, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var now = time.GetUtcNow();
        var spans = await search.SpanCountAsync(new(project, "", now - Recent, now), cancellationToken);
        return new(time.GetElapsedTime(started), spans);
    }

    private async Task<Seen<T>> LookAsync<T>(Func<CancellationToken, Task<T>> look, CancellationToken cancellationToken)
        where T : class
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            return new(await look(patience.Token).WaitAsync(Patience, time, cancellationToken), null);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Log.Away(logger, typeof(T).Name, exception);
            return new(
                null,
                exception is OperationCanceledException or TimeoutException ? $"no answer within {Patience.TotalSeconds} s" : exception.Message
            );
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The system page could not read {What}")]
        public static partial void Away(ILogger logger, string what, Exception exception);
    }
}
