using System.Globalization;

namespace LlmObs.Sls.Emulator.Storage.Terms;

/// <summary>The term segments of one logstore. What they do not cover, the newest logs above all, is searched in the table.</summary>
public sealed class TermIndex(string directory) : IDisposable
{
    private const string Extension = ".terms";
    private readonly Lock gate = new();
    private readonly Lock writing = new();
    private volatile TermSegment[] segments = [];
    private bool opened;
    private bool closed;
    private int generation;

    /// <summary>In the order of their sequences; they do not overlap. A reader keeps the array it got.</summary>
    public IReadOnlyList<TermSegment> Segments => segments;

    /// <summary>Changes whenever segments are dropped: what was read from the table before then may be gone from it.</summary>
    public int Generation => Volatile.Read(ref generation);

    /// <summary>Reads the files, once; a damaged one is deleted and made again.</summary>
    /// <param name="nextSequence">What covers this or more was made from a table that is no more.</param>
    public void Open(long nextSequence)
    {
        if (opened || closed)
        {
            return;
        }
        Directory.CreateDirectory(directory);
        var whole = new List<TermSegment>();
        foreach (var path in Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal))
        {
            var segment = path.EndsWith(Extension, StringComparison.Ordinal) ? TermSegment.Open(path) : null;
            if (segment is not null && segment.Covers.Last < nextSequence && (whole.Count == 0 || whole[^1].Covers.Last < segment.Covers.First))
            {
                whole.Add(segment);
                continue;
            }
            segment?.Dispose();
            File.Delete(path);
        }
        lock (gate)
        {
            segments = [.. whole];
            opened = true;
        }
    }

    /// <summary>The stretches of sequences below one that no segment covers.</summary>
    public static IReadOnlyList<(long First, long Last)> Gaps(IReadOnlyList<TermSegment> segments, long nextSequence)
    {
        var gaps = new List<(long, long)>();
        long next = 1;
        foreach (var (first, last) in segments.Select(segment => segment.Covers))
        {
            if (first > next)
            {
                gaps.Add((next, first - 1));
            }
            next = last + 1;
        }
        if (nextSequence > next)
        {
            gaps.Add((next, nextSequence - 1));
        }
        return gaps;
    }

    /// <summary>Writes a segment and searches with it from now on, unless segments were dropped since <paramref name="generation"/>.</summary>
    public void Add(TermSegmentBuilder builder, (long First, long Last) covers, int generation)
    {
        var path = Path.Combine(directory, covers.First.ToString("D19", CultureInfo.InvariantCulture) + Extension);
        lock (writing)
        {
            ObjectDisposedException.ThrowIf(closed, this);
            builder.Write(path, covers);
            lock (gate)
            {
                if (generation == this.generation && TermSegment.Open(path) is { } segment)
                {
                    segments = [.. segments.Append(segment).OrderBy(each => each.Covers.First)];
                    return;
                }
            }
            File.Delete(path);
        }
    }

    /// <summary>Forgets every segment with a log older than a time, Unix seconds; the others of its logs are indexed anew.</summary>
    public void DropBefore(long time)
    {
        lock (gate)
        {
            var dropped = segments.Where(segment => segment.Oldest < time).ToList();
            segments = [.. segments.Except(dropped)];
            Interlocked.Increment(ref generation);
            // Not disposed: a query may be reading. The handle goes with the last who holds it.
            dropped.ForEach(segment => File.Delete(segment.Path));
        }
    }

    /// <summary>No file is written afterwards: the directory may be deleted.</summary>
    public void Dispose()
    {
        lock (writing)
        {
            closed = true;
        }
        foreach (var segment in segments)
        {
            segment.Dispose();
        }
    }
}
