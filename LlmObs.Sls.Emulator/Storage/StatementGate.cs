namespace LlmObs.Sls.Emulator.Storage;

/// <summary>
/// Statements share the engine's memory: they run beside each other, or one runs alone. Those that still run when one has waited a while
/// to be alone are interrupted. First come, first served; but writes go first, and after one alone those that run together.
/// </summary>
public sealed class StatementGate : IDisposable
{
    /// <summary>Who waits to be alone waits so long for those that run.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Lock sync = new();
    private readonly HashSet<StatementTurn> running = [];
    private readonly ITimer patience;
    private List<Waiter> waiting = [];
    private Waiter? impatient;

    public StatementGate(TimeProvider time) => patience = time.CreateTimer(_ => MakeRoom(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>Waits for a turn beside others.</summary>
    public Task<StatementTurn> EnterAsync(CancellationToken cancellationToken) =>
        EnterAsync(new Waiter(isAlone: false, isWrite: false), cancellationToken);

    /// <summary>Waits for a turn alone. It is interrupted for a write only.</summary>
    public Task<StatementTurn> EnterAloneAsync(CancellationToken cancellationToken) =>
        EnterAsync(new Waiter(isAlone: true, isWrite: false), cancellationToken);

    /// <summary>Waits for a turn of a write that found no memory; a statement that runs alone makes room for it, too.</summary>
    public Task<StatementTurn> EnterToWriteAsync(CancellationToken cancellationToken) =>
        EnterAsync(new Waiter(isAlone: true, isWrite: true), cancellationToken);

    /// <summary>A turn alone when nobody runs or waits; otherwise null.</summary>
    public StatementTurn? TryEnterAlone()
    {
        lock (sync)
        {
            if (running.Count > 0 || waiting.Count > 0)
            {
                return null;
            }
            var turn = new StatementTurn(this, isAlone: true);
            running.Add(turn);
            return turn;
        }
    }

    public void Dispose() => patience.Dispose();

    internal void Leave(StatementTurn turn)
    {
        lock (sync)
        {
            running.Remove(turn);
            if (turn.IsAlone)
            {
                waiting = [.. waiting.OrderByDescending(waiter => waiter.IsWrite).ThenBy(waiter => waiter.IsAlone)];
            }
            Admit();
        }
    }

    private async Task<StatementTurn> EnterAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (sync)
        {
            waiting.Insert(waiter.IsWrite ? 0 : waiting.Count, waiter);
            Admit();
        }
        await using var given = cancellationToken.Register(() => GiveUp(waiter, cancellationToken));
        return await waiter.Admitted.Task;
    }

    private void GiveUp(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (sync)
        {
            if (waiting.Remove(waiter))
            {
                waiter.Admitted.SetCanceled(cancellationToken);
                Admit();
            }
        }
    }

    private void Admit()
    {
        while (waiting.FirstOrDefault() is { } next && (next.IsAlone ? running.Count == 0 : running.All(turn => !turn.IsAlone)))
        {
            waiting.RemoveAt(0);
            var turn = new StatementTurn(this, next.IsAlone) { HadCompany = running.Count > 0 };
            foreach (var other in running)
            {
                other.HadCompany = true;
            }
            running.Add(turn);
            next.Admitted.SetResult(turn);
        }
        var first = waiting.FirstOrDefault();
        if (impatient != first)
        {
            impatient = first;
            patience.Change(first is { IsAlone: true } ? Patience : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private void MakeRoom()
    {
        List<StatementTurn> inTheWay;
        lock (sync)
        {
            inTheWay = impatient is { IsAlone: true } first ? [.. running.Where(turn => first.IsWrite || !turn.IsAlone)] : [];
        }
        inTheWay.ForEach(turn => turn.Interrupt());
    }

    private sealed class Waiter(bool isAlone, bool isWrite)
    {
        public bool IsAlone => isAlone;

        public bool IsWrite => isWrite;

        public TaskCompletionSource<StatementTurn> Admitted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>Held while a statement runs.</summary>
public sealed class StatementTurn : IDisposable
{
    private readonly StatementGate gate;
    private readonly CancellationTokenSource interruption = new();

    internal StatementTurn(StatementGate gate, bool isAlone)
    {
        this.gate = gate;
        IsAlone = isAlone;
    }

    public bool IsAlone { get; }

    /// <summary>Another statement ran at some time of the turn.</summary>
    public bool HadCompany { get; internal set; }

    /// <summary>Cancelled when it has to make room.</summary>
    public CancellationToken Interrupted => interruption.Token;

    public void Interrupt() => interruption.Cancel();

    public void Dispose() => gate.Leave(this);
}
