using Microsoft.Win32.SafeHandles;

namespace LlmObs.Ingest.Spooling;

/// <summary>One file of the spool, and what is known of it. Open for appending until <see cref="Close"/>.</summary>
internal sealed class SpoolSegment(string path, SafeFileHandle? file = null)
{
    private SafeFileHandle? file = file;

    public string Path => path;
    public long Bytes { get; set; }
    public long Records { get; set; }
    public DateTimeOffset? OldestAt { get; set; }
    public bool IsOpen => file is not null;

    public static SpoolSegment Create(string path) => new(path, File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read));

    /// <summary>Writes a frame behind the others. When this returns, it survives a power cut.</summary>
    /// <exception cref="IOException">Nobody knows what is on the disk: the half frame is cut off, and the segment is closed.</exception>
    public void Write(byte[] frame)
    {
        try
        {
            RandomAccess.Write(file!, frame, Bytes);
            RandomAccess.FlushToDisk(file!);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            CutOff();
            Close();
            throw;
        }
    }

    public void Close()
    {
        file?.Dispose();
        file = null;
    }

    private void CutOff()
    {
        try
        {
            RandomAccess.SetLength(file!, Bytes);
        }
        catch (IOException)
        {
            // A reader passes over it.
        }
    }
}

/// <summary>A segment being drained, and its records in order.</summary>
internal sealed record SpooledSegment(SpoolSegment Segment, IReadOnlyList<byte[]> Records);
