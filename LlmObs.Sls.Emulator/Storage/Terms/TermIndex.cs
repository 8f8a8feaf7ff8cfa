using System.Globalization;
using LlmObs.Sls.Emulator.Catalog;

namespace LlmObs.Sls.Emulator.Storage.Terms;

/// <summary>
/// The terms of all logs of a logstore: segments on disk, and the newest logs in memory. When these are enough for a segment they are
/// written in the background and asked in memory until that is done.
/// </summary>
public sealed partial class TermIndex : IAsyncDisposable
{
    private const string Extension = ".terms";
    private const int MaxWaiting = 2;
    private readonly string directory;
    private readonly int segmentLogs;
    private readonly ILogger logger;
    private readonly Lock gate = new();
    private readonly List<LiveTerms> waiting = [];
    private TermSegment[] segments;
    private LiveTerms live = new(null);
    private Task writing = Task.CompletedTask;

    /// <summary>Opens what is on disk. A file that is damaged, or speaks of logs that are not in the table, is deleted.</summary>
    /// <param name="index">The one in force, which most segments share.</param>
    public TermIndex(string directory, int segmentLogs, long nextSequence, IndexDefinition? index, ILogger logger)
    {
        this.directory = directory;
        this.segmentLogs = segmentLogs;
        this.logger = logger;
        Directory.CreateDirectory(directory);
        var whole = new List<TermSegment>();
        foreach (var path in Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal))
        {
            var segment = path.EndsWith(Extension, StringComparison.Ordinal) ? TermSegment.Open(path, index) : null;
            if (segment is not null && segment.Covers.Last < nextSequence && (whole.Count == 0 || whole[^1].Covers.Last < segment.Covers.First))
            {
                whole.Add(segment);
                continue;
            }
            segment?.Dispose();
            File.Delete(path);
        }
        segments = [.. whole];
    }

    /// <summary>The stretches of sequences from one up to another, without it, that no segment covers.</summary>
    public IReadOnlyList<(long First, long Last, TermSegment? Before)> Gaps(long from, long until)
    {
        var gaps = new List<(long, long, TermSegment?)>();
        var next = from;
        TermSegment? before = null;
        foreach (var segment in segments)
        {
            if (segment.Covers.First > next)
            {
                gaps.Add((next, segment.Covers.First - 1, before));
            }
            next = Math.Max(next, segment.Covers.Last + 1);
            before = segment;
        }
        if (until > next)
        {
            gaps.Add((next, until - 1, before));
        }
        return gaps;
    }

    /// <summary>Fills a gap: logs in order of their sequence, all of them under one index.</summary>
    public void Fill(LiveTerms terms)
    {
        if (terms.Count > 0)
        {
            terms.Write(PathOf(terms.View()!));
            segments = [.. segments.Append(TermSegment.Open(PathOf(terms.View()!), terms.Index)!).OrderBy(segment => segment.Covers.First)];
        }
    }

    /// <summary>The newest logs, fewer than make a segment; further ones come with <see cref="Add"/>.</summary>
    public void Continue(LiveTerms newest) => live = newest;

    /// <summary>What a query may ask; parts of it stay as they are while it does.</summary>
    public IReadOnlyList<ITermSource> Sources()
    {
        lock (gate)
        {
            return [.. segments, .. waiting.Append(live).Select(terms => terms.View()).OfType<ITermSource>()];
        }
    }

    /// <summary>The logs that come from now on are written under an index of their own.</summary>
    public void Begin(IndexDefinition? index)
    {
        lock (gate)
        {
            if (live.Count > 0)
            {
                waiting.Add(live);
                writing = WriteAfterAsync(writing);
            }
            live = new LiveTerms(index);
        }
    }

    public void Add(long sequence, LogRow row, LogPlace place)
    {
        live.Add(sequence, row, place);
        if (live.Count >= segmentLogs)
        {
            Begin(live.Index);
        }
    }

    /// <summary>Completes when there is room for more logs in memory.</summary>
    public async Task ReadyAsync()
    {
        while (waiting.Count >= MaxWaiting && !writing.IsCompleted)
        {
            await writing;
        }
    }

    /// <summary>Completes when everything is on disk but what is too little for a segment.</summary>
    public Task WrittenAsync() => writing;

    /// <summary>Puts a segment in the place of one that is damaged, unless that was done or it is gone.</summary>
    public void Replace(TermSegment damaged, LiveTerms terms)
    {
        lock (gate)
        {
            if (segments.Contains(damaged))
            {
                Log.Repaired(logger, damaged.Path);
                terms.Write(damaged.Path);
                segments = [.. segments.Select(segment => segment == damaged ? TermSegment.Open(damaged.Path, damaged.Index)! : segment)];
            }
        }
    }

    /// <summary>Forgets segments whose logs were all written before the first that is kept.</summary>
    public void Drop(KeptLogs kept)
    {
        lock (gate)
        {
            var dropped = segments.Where(segment => segment.Covers.Last < kept.FirstSequence).ToList();
            segments = [.. segments.Except(dropped)];
            // Not disposed: a query may be reading. The handle goes with the last who holds it.
            dropped.ForEach(segment => File.Delete(segment.Path));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await writing;
        foreach (var segment in segments)
        {
            segment.Dispose();
        }
    }

    private async Task WriteAfterAsync(Task before)
    {
        await before;
        await Task.Run(WriteWaiting);
    }

    private void WriteWaiting()
    {
        while (true)
        {
            LiveTerms next;
            lock (gate)
            {
                if (waiting.Count == 0)
                {
                    return;
                }
                next = waiting[0];
            }
            var path = PathOf(next.View()!);
            try
            {
                next.Write(path);
                var segment = TermSegment.Open(path, next.Index) ?? throw new IOException($"{path} could not be read back");
                lock (gate)
                {
                    segments = [.. segments, segment];
                    waiting.Remove(next);
                }
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // It stays in memory, and is asked there.
                Log.Failed(logger, failure, path);
                return;
            }
        }
    }

    private string PathOf(ITermSource terms) => Path.Combine(directory, terms.Covers.First.ToString("D19", CultureInfo.InvariantCulture) + Extension);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} could not be written; its terms stay in memory, the next segment tries again")]
        public static partial void Failed(ILogger logger, Exception exception, string path);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} is damaged; it is made again from the shard log")]
        public static partial void Repaired(ILogger logger, string path);
    }
}
