using LlmObs.Sls.Emulator.Storage;
using LlmObs.Sls.Emulator.Storage.Terms;
using Microsoft.Extensions.Caching.Memory;

namespace LlmObs.Sls.Emulator.Queries;

/// <summary>What makes a search find the same rows of a segment again.</summary>
/// <param name="Columns">Of the logstore, by reference: they change with its index.</param>
internal sealed record SearchKey(string Search, string Topic, ColumnMap Columns);

/// <summary>The rows that searches found in segments, which never change, for the next that asks the same: a page asks several times in one moment.</summary>
internal sealed class RememberedRows(int mb) : IDisposable
{
    private const int EntryBytes = 200;
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(1);
    private readonly MemoryCache cache = new(new MemoryCacheOptions { SizeLimit = mb * 1024L * 1024 });
    private readonly Lock gate = new();

    /// <param name="find">Called by one thread at a time; others that want the same wait for it.</param>
    public RowSet Of(TermSegment segment, SearchKey search, Func<RowSet> find)
    {
        var found = Entry(segment, search);
        lock (found)
        {
            return found.Rows ??= find();
        }
    }

    public void Dispose() => cache.Dispose();

    private Found Entry(TermSegment segment, SearchKey search)
    {
        lock (gate)
        {
            return cache.GetOrCreate(
                (segment, search),
                entry =>
                {
                    entry.SetSize(segment.Count / 8 + EntryBytes).SetSlidingExpiration(Idle);
                    return new Found();
                }
            )!;
        }
    }

    private sealed class Found
    {
        public RowSet? Rows { get; set; }
    }
}
