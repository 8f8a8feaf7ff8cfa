using Microsoft.Extensions.Options;

namespace LlmObs.Ingest.Spooling;

/// <summary>The spool takes no more: it is full, its disk is, or it has none. Nothing was kept of the record.</summary>
public sealed class SpoolFullException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>What waits in the spool.</summary>
/// <param name="OldestAt">When the oldest record was received; null when nothing waits.</param>
/// <param name="SetAside">Records PostgreSQL refused for what they are; they are kept in the file <c>refused</c>.</param>
/// <param name="Fault">Why there is no spool; null when there is one, or none is wanted.</param>
public sealed record SpoolStatus(long Records, long Bytes, DateTimeOffset? OldestAt, long SetAside, string? Fault);

/// <summary>
/// Records on local disk, in segments. A record is on the disk (fsync) when <see cref="AppendAsync"/> returns; a process killed at any
/// byte leaves at most the torn end of one that was not acknowledged, which is skipped.
/// </summary>
/// <remarks>Records come out as they went in, segment by segment; after a kill some come out a second time.</remarks>
public sealed partial class Spool : IDisposable
{
    private readonly SpoolOptions options;
    private readonly ILogger<Spool> logger;
    private readonly SemaphoreSlim gate = new(1);
    private readonly Lock refused = new();
    private readonly LinkedList<SpoolSegment> segments = [];
    private readonly SpoolDirectory? directory;
    private readonly string? fault;
    private long setAside;

    public Spool(IOptions<SpoolOptions> options, IHostEnvironment environment, ILogger<Spool> logger)
    {
        this.options = options.Value;
        this.logger = logger;
        if (this.options.MaxBytes == 0)
        {
            return;
        }

        try
        {
            directory = SpoolDirectory.Open(this.options.Directory ?? Path.Combine(environment.ContentRootPath, ".llmobs", "spool"));
            Recover();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            fault = exception.Message;
            Log.NoSpool(logger, exception.Message);
        }
    }

    /// <summary>This process's own folder; null without a spool.</summary>
    internal string? Folder => directory?.Path;

    public SpoolStatus Status
    {
        get
        {
            lock (segments)
            {
                return new(
                    segments.Sum(segment => segment.Records),
                    segments.Sum(segment => segment.Bytes),
                    segments.FirstOrDefault(segment => segment.Records > 0)?.OldestAt,
                    Interlocked.Read(ref setAside),
                    fault
                );
            }
        }
    }

    /// <summary>Keeps a record. When this returns, it survives a power cut.</summary>
    /// <exception cref="SpoolFullException">It is not kept.</exception>
    public async Task AppendAsync(byte[] record, DateTimeOffset receivedAt, CancellationToken cancellationToken)
    {
        if (directory is null)
        {
            throw new SpoolFullException($"There is no spool: {fault ?? "Spool:MaxBytes is 0."}");
        }

        var frame = SpoolFrame.Of(record);
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (Status.Bytes + frame.Length > options.MaxBytes)
            {
                throw new SpoolFullException($"The spool holds {Status.Bytes} bytes; the limit is {options.MaxBytes} (Spool:MaxBytes).");
            }

            Write(frame, receivedAt);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SpoolFullException($"The spool cannot be written: {exception.Message}", exception);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>The records of the oldest segment; nothing is appended to it any more. Null when there is none.</summary>
    internal async Task<SpooledSegment?> TakeOldestAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            SpoolSegment? oldest;
            lock (segments)
            {
                oldest = segments.First?.Value;
            }

            if (oldest is null)
            {
                return null;
            }

            oldest.Close();
            return new(oldest, Read(oldest.Path));
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>So many more records of a taken segment are in PostgreSQL, or set aside.</summary>
    internal void Drained(SpooledSegment taken, int records, DateTimeOffset? nextReceivedAt)
    {
        lock (segments)
        {
            taken.Segment.Records -= records;
            taken.Segment.OldestAt = nextReceivedAt ?? taken.Segment.OldestAt;
        }
    }

    /// <summary>All of the segment is drained.</summary>
    internal void Delete(SpooledSegment taken)
    {
        File.Delete(taken.Segment.Path);
        Remove(taken.Segment);
    }

    /// <summary>Keeps for an operator what PostgreSQL will never take, so that it does not hold up the others.</summary>
    internal void SetAside(byte[] record)
    {
        lock (refused)
        {
            using var file = new FileStream(Path.Combine(directory!.Path, "refused"), FileMode.Append, FileAccess.Write, FileShare.Read);
            file.Write(SpoolFrame.Of(record));
            file.Flush(flushToDisk: true);
            Interlocked.Increment(ref setAside);
        }
    }

    public void Dispose()
    {
        segments.Last?.Value.Close();
        directory?.Dispose();
        gate.Dispose();
    }

    private void Write(byte[] frame, DateTimeOffset receivedAt)
    {
        var segment = Open();
        try
        {
            segment.Write(frame);
        }
        catch when (segment.Bytes == 0)
        {
            File.Delete(segment.Path);
            Remove(segment);
            throw;
        }

        lock (segments)
        {
            segment.Bytes += frame.Length;
            segment.Records++;
            segment.OldestAt ??= receivedAt;
        }
    }

    /// <summary>The segment to append to: the last, as long as it is open and has room.</summary>
    private SpoolSegment Open()
    {
        if (segments.Last?.Value is { IsOpen: true } last)
        {
            if (last.Bytes < options.SegmentBytes)
            {
                return last;
            }

            last.Close();
        }

        var segment = SpoolSegment.Create(directory!.NewSegment());
        lock (segments)
        {
            segments.AddLast(segment);
        }

        return segment;
    }

    private void Remove(SpoolSegment segment)
    {
        lock (segments)
        {
            segments.Remove(segment);
        }
    }

    private void Recover()
    {
        foreach (var path in directory!.Segments())
        {
            var records = Read(path);
            if (records.Count == 0)
            {
                File.Delete(path);
                continue;
            }

            segments.AddLast(
                new SpoolSegment(path)
                {
                    Bytes = new FileInfo(path).Length,
                    Records = records.Count,
                    OldestAt = SpoolCodec.ReceivedAt(records[0]),
                }
            );
        }

        if (segments.Count > 0)
        {
            Log.Recovered(logger, segments.Sum(segment => segment.Records), directory.Path);
        }
    }

    private List<byte[]> Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var records = new List<byte[]>();
        var at = 0;
        while (SpoolFrame.Next(bytes, at) is { } next)
        {
            if (next.Skipped > 0)
            {
                Log.Damaged(logger, path, at, next.Skipped);
            }

            records.Add(bytes[next.Payload]);
            at = next.End;
        }

        return records;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "There is no spool; while PostgreSQL is away, clients are told to come again: {Reason}")]
        public static partial void NoSpool(ILogger logger, string reason);

        [LoggerMessage(2, LogLevel.Warning, "{Records} batches wait in the spool {Directory} from an earlier run.")]
        public static partial void Recovered(ILogger logger, long records, string directory);

        [LoggerMessage(
            3,
            LogLevel.Error,
            "The spool's segment {Path} is damaged at byte {Offset}: {Bytes} bytes are no record and were passed over."
        )]
        public static partial void Damaged(ILogger logger, string path, int offset, int bytes);
    }
}
