using LlmObs.Ingest.Shipping;
using LlmObs.Storage;
using LlmObs.Storage.Dify;
using LlmObs.Storage.Writing;
using Microsoft.Extensions.Options;

namespace LlmObs.Ingest.Spooling;

/// <summary>Makes durable what a request brought, before it is acknowledged: in PostgreSQL, or in the spool while PostgreSQL cannot take it.</summary>
/// <remarks>
/// A commit whose outcome is not known is spooled as well: what is written twice is kept once. Batches are in no order among each other;
/// what arrives while the spool drains may be committed before what waits in it.
/// </remarks>
public sealed partial class DurableWriter(
    SpanWriter spans,
    UpdatedSpans updates,
    ScoreWriter scores,
    TraceJoins joins,
    ToldSpans told,
    Database database,
    Spool spool,
    ShippingQueue shipping,
    IngestMetrics metrics,
    SpoolMetrics spoolMetrics,
    IOptions<SpoolOptions> options,
    TimeProvider time,
    ILogger<DurableWriter> logger
)
{
    private readonly TimeSpan patience = TimeSpan.FromSeconds(options.Value.PatienceSeconds);

    // Set by the first batch PostgreSQL did not take, so that those behind it do not each find out for themselves.
    private volatile bool isAway;

    internal bool IsAway => isAway;

    /// <summary>Returns when the batch is durable.</summary>
    /// <exception cref="StorageUnavailableException">Neither takes it. Nothing was kept that the caller may rely on; the same batch may be tried again.</exception>
    public async Task WriteAsync(SpooledBatch batch, CancellationToken cancellationToken)
    {
        if (!isAway)
        {
            try
            {
                await CommitWhilePostgresAnswersAsync(batch, cancellationToken);
                return;
            }
            catch (StorageUnavailableException exception)
            {
                Log.Spooling(logger, exception.Message);
            }
        }

        isAway = true;
        await SpoolAsync(batch, cancellationToken);
    }

    /// <summary>Commits, for as long as it takes.</summary>
    internal async Task CommitAsync(SpooledBatch batch, CancellationToken cancellationToken)
    {
        await updates.MergeAsync(batch.Project, batch.Updates, cancellationToken);
        await scores.WriteAsync(batch.Project, batch.Scores, cancellationToken);
        await joins.UpsertAsync(batch.Project.Id, batch.Joins, cancellationToken);
        await told.KeepAsync(batch.Project, batch.Told, cancellationToken);
        var written = await spans.WriteAsync(new(batch.Project, batch.Spans, batch.LateContents), cancellationToken);
        shipping.Offer(written.Outbox);
        metrics.Spans(batch.Project.Name, written.Written, written.Repeated, rejected: 0);
    }

    /// <summary>Asks whether PostgreSQL is there, and lets requests go to it again when it is.</summary>
    internal async Task<bool> FindPostgresAsync()
    {
        var answers = await database.AnswersAsync(patience, time);
        isAway = isAway && !answers;
        return answers;
    }

    /// <summary>
    /// Senders give up after about ten seconds, so a commit that hangs must not be waited for; one that is merely slow must, or it would
    /// be done twice.
    /// </summary>
    private async Task CommitWhilePostgresAnswersAsync(SpooledBatch batch, CancellationToken cancellationToken)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var commit = CommitAsync(batch, giveUp.Token);
        while (true)
        {
            await commit.WaitAsync(patience, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (commit.IsCompleted)
            {
                await commit;
                return;
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (!await database.AnswersAsync(patience, time))
            {
                await giveUp.CancelAsync();
                throw new StorageUnavailableException("PostgreSQL does not answer.");
            }
        }
    }

    private async Task SpoolAsync(SpooledBatch batch, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        try
        {
            await spool.AppendAsync(SpoolCodec.Encode(batch, now), now, cancellationToken);
            spoolMetrics.Spooled();
        }
        catch (SpoolFullException exception)
        {
            throw new StorageUnavailableException($"PostgreSQL cannot take the batch, nor can the spool. {exception.Message}", exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "PostgreSQL cannot take batches; they go to the spool: {Reason}")]
        public static partial void Spooling(ILogger logger, string reason);
    }
}
