namespace LlmObs.Sls.Emulator.Storage;

/// <summary>
/// Interrupts statements while which the process grew more than it may. The engine's own limit does not see all that a statement takes:
/// the values of a percentile and long texts under way stand beside it.
/// </summary>
/// <param name="memory">Bytes the process holds now.</param>
/// <param name="allowed">Bytes by which it may grow while a statement runs.</param>
public sealed class MemoryWatch : IDisposable
{
    /// <summary>A statement that is done sooner is not looked at.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly Func<long> memory;
    private readonly long allowed;
    private readonly Lock sync = new();
    private readonly HashSet<Watched> watched = [];
    private readonly Dictionary<int, Granted> granted = [];
    private readonly ITimer timer;
    private bool isTimed;

    public MemoryWatch(Func<long> memory, long allowed, TimeProvider time)
    {
        this.memory = memory;
        this.allowed = allowed;
        timer = time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Watches a statement until the answer is disposed.</summary>
    public IDisposable Begin(StatementTurn turn)
    {
        var begun = new Watched(this, turn);
        lock (sync)
        {
            watched.Add(begun);
            SetTimer();
        }
        return begun;
    }

    /// <summary>
    /// Whether the process may grow by so many bytes now. The thread that was told so has them to itself until it asks again, when it has
    /// made what it asked for, or until the statements are over beside which it asked.
    /// </summary>
    public bool TryReserve(long bytes)
    {
        lock (sync)
        {
            var now = memory();
            granted.Remove(Environment.CurrentManagedThreadId);
            var taken = now + granted.Values.Sum(other => other.Bytes) + bytes;
            var fits = watched.All(statement => taken - (statement.AtFirst ??= now) <= allowed);
            if (fits)
            {
                granted[Environment.CurrentManagedThreadId] = new Granted(bytes, [.. watched]);
            }
            return fits;
        }
    }

    public void Dispose() => timer.Dispose();

    private void SetTimer()
    {
        if (!isTimed && watched.Count > 0)
        {
            isTimed = true;
            timer.Change(Interval, Timeout.InfiniteTimeSpan);
        }
    }

    private void Look()
    {
        var now = memory();
        List<Watched> grown;
        lock (sync)
        {
            grown = [.. watched.Where(statement => now - (statement.AtFirst ??= now) > allowed)];
            isTimed = false;
            SetTimer();
        }
        grown.ForEach(statement => statement.Turn.Interrupt());
    }

    private void End(Watched statement)
    {
        lock (sync)
        {
            watched.Remove(statement);
            foreach (var (thread, _) in granted.Where(room => !room.Value.Beside.Any(watched.Contains)).ToList())
            {
                granted.Remove(thread);
            }
        }
    }

    private sealed record Granted(long Bytes, IReadOnlyList<Watched> Beside);

    private sealed class Watched(MemoryWatch watch, StatementTurn turn) : IDisposable
    {
        public StatementTurn Turn => turn;

        /// <summary>Bytes the process held when the statement was first looked at.</summary>
        public long? AtFirst { get; set; }

        public void Dispose() => watch.End(this);
    }
}
