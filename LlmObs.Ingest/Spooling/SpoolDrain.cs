using LlmObs.ServiceDefaults;
using LlmObs.Storage;
using Microsoft.Extensions.Options;

namespace LlmObs.Ingest.Spooling;

/// <summary>Brings what was spooled to PostgreSQL once it is back: in order, a few batches at a time, so that what arrives is not crowded out.</summary>
public sealed partial class SpoolDrain(
    Spool spool,
    DurableWriter writer,
    SpoolMetrics metrics,
    IOptions<SpoolOptions> options,
    TimeProvider time,
    ILogger<SpoolDrain> logger
) : TurnLoop(time)
{
    // Small batches share a transaction, as when they arrive; large ones go alone.
    private const int AtOnce = 16;
    private const int BytesAtOnce = 256 * 1024;

    private SpooledSegment? taken;
    private int next;

    // The writer is asked each time whether PostgreSQL is there.
    protected override Task ReadyAsync(CancellationToken stoppingToken) => Task.CompletedTask;

    protected override async Task<TimeSpan> TurnAsync(CancellationToken stoppingToken)
    {
        if ((writer.IsAway || spool.Status.Bytes > 0) && await writer.FindPostgresAsync())
        {
            await DrainAsync(stoppingToken);
        }

        return Interval;
    }

    protected override TimeSpan Failed(Exception exception)
    {
        // That it went away again, the writer has said.
        if (exception is not StorageUnavailableException)
        {
            Log.Failed(logger, exception);
        }

        return Interval;
    }

    private TimeSpan Interval => TimeSpan.FromSeconds(options.Value.RetrySeconds);

    private async Task DrainAsync(CancellationToken stoppingToken)
    {
        var drained = 0;
        while (await TakeAsync(stoppingToken) is { } segment)
        {
            while (next < segment.Records.Count)
            {
                var together = Together(segment.Records);
                await Task.WhenAll(together.Select(record => DrainAsync(record, stoppingToken)));
                next += together.Count;
                drained += together.Count;
                spool.Drained(segment, together.Count, next < segment.Records.Count ? SpoolCodec.ReceivedAt(segment.Records[next]) : null);
            }

            spool.Delete(segment);
            taken = null;
        }

        Log.Drained(logger, drained);
    }

    // What was taken and not finished is gone on with.
    private async Task<SpooledSegment?> TakeAsync(CancellationToken stoppingToken)
    {
        if (taken is null)
        {
            (taken, next) = (await spool.TakeOldestAsync(stoppingToken), 0);
        }

        return taken;
    }

    private List<byte[]> Together(IReadOnlyList<byte[]> records)
    {
        var (together, bytes) = (new List<byte[]>(), 0);
        foreach (var record in records.Skip(next).Take(AtOnce))
        {
            bytes += record.Length;
            if (together.Count > 0 && bytes > BytesAtOnce)
            {
                break;
            }

            together.Add(record);
        }

        return together;
    }

    private async Task DrainAsync(byte[] record, CancellationToken stoppingToken)
    {
        try
        {
            await writer.CommitAsync(SpoolCodec.Decode(record), stoppingToken);
            metrics.Drained();
        }
        catch (Exception exception) when (exception is not (StorageUnavailableException or OperationCanceledException))
        {
            // Not an outage: it would be refused for ever.
            spool.SetAside(record);
            Log.Refused(logger, exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Batches} spooled batches are in PostgreSQL; the spool is empty.")]
        public static partial void Drained(ILogger logger, int batches);

        [LoggerMessage(2, LogLevel.Error, "PostgreSQL refused a spooled batch for what it is; it is kept in the spool's file 'refused'.")]
        public static partial void Refused(ILogger logger, Exception exception);

        [LoggerMessage(3, LogLevel.Error, "The spool cannot be drained now; what is in it stays.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
