using LlmObs.Sls.Emulator.Storage;
using Microsoft.Extensions.Time.Testing;

namespace LlmObs.Tests.Sls.Emulator;

public sealed class MemoryWatchTests : IDisposable
{
    private readonly FakeTimeProvider time = new();
    private readonly StatementGate gate;
    private readonly MemoryWatch watch;
    private long memory = 1000;

    public MemoryWatchTests()
    {
        gate = new StatementGate(time);
        watch = new MemoryWatch(() => memory, 100, time);
    }

    public void Dispose()
    {
        watch.Dispose();
        gate.Dispose();
    }

    [Fact]
    public async Task A_statement_is_interrupted_once_the_process_grew_more_than_it_may()
    {
        using var turn = await gate.EnterAsync(CancellationToken.None);
        using var watched = watch.Begin(turn);
        time.Advance(MemoryWatch.Interval);

        memory = 1100;
        time.Advance(MemoryWatch.Interval);
        Assert.False(turn.Interrupted.IsCancellationRequested);

        memory = 1101;
        time.Advance(MemoryWatch.Interval);
        Assert.True(turn.Interrupted.IsCancellationRequested);
    }

    [Fact]
    public async Task What_the_process_held_before_is_not_the_statements()
    {
        memory = 5000;
        using var turn = await gate.EnterAsync(CancellationToken.None);
        using var watched = watch.Begin(turn);

        time.Advance(MemoryWatch.Interval * 3);

        Assert.False(turn.Interrupted.IsCancellationRequested);
    }

    [Fact]
    public async Task A_statement_that_is_over_is_not_interrupted_and_the_next_is_watched()
    {
        using var over = await gate.EnterAsync(CancellationToken.None);
        watch.Begin(over).Dispose();
        time.Advance(MemoryWatch.Interval);
        using var next = await gate.EnterAsync(CancellationToken.None);
        using var watched = watch.Begin(next);
        time.Advance(MemoryWatch.Interval);

        memory = 2000;
        time.Advance(MemoryWatch.Interval);

        Assert.False(over.Interrupted.IsCancellationRequested);
        Assert.True(next.Interrupted.IsCancellationRequested);
    }

    [Fact]
    public async Task What_a_statement_is_about_to_make_counts_like_what_it_holds()
    {
        Assert.True(watch.HasRoom(5000));
        using var turn = await gate.EnterAsync(CancellationToken.None);
        using var watched = watch.Begin(turn);
        time.Advance(MemoryWatch.Interval);

        memory = 1060;

        Assert.True(watch.HasRoom(40));
        Assert.False(watch.HasRoom(41));
    }
}
