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
        Assert.True(watch.TryReserve(5000));
        using var turn = await gate.EnterAsync(CancellationToken.None);
        using var watched = watch.Begin(turn);
        time.Advance(MemoryWatch.Interval);

        memory = 1060;

        Assert.True(watch.TryReserve(40));
        Assert.False(watch.TryReserve(41));
    }

    [Fact]
    public async Task Of_threads_that_ask_at_once_so_many_get_room_as_there_is_room_for()
    {
        using var turn = await gate.EnterAsync(CancellationToken.None);
        using var watched = watch.Begin(turn);
        var answers = new bool[8];
        using var start = new Barrier(answers.Length);
        var threads = answers
            .Select(
                (_, i) =>
                    new Thread(() =>
                    {
                        start.SignalAndWait();
                        answers[i] = watch.TryReserve(30);
                    })
            )
            .ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        Assert.Equal(3, answers.Count(got => got));
    }

    [Fact]
    public async Task A_thread_that_asks_again_has_made_what_it_asked_for_before()
    {
        using var turn = await gate.EnterAsync(CancellationToken.None);
        using var watched = watch.Begin(turn);

        Assert.True(watch.TryReserve(60));
        memory = 1060;
        Assert.True(watch.TryReserve(40));

        Assert.False(OnAnotherThread(1));
    }

    [Fact]
    public async Task What_a_statement_was_promised_is_free_again_once_it_is_over()
    {
        using var first = await gate.EnterAsync(CancellationToken.None);
        var over = watch.Begin(first);
        Assert.True(OnAnotherThread(100));
        using var second = await gate.EnterAsync(CancellationToken.None);
        using var watched = watch.Begin(second);
        Assert.False(watch.TryReserve(1));

        over.Dispose();

        Assert.True(watch.TryReserve(100));
    }

    private bool OnAnotherThread(long bytes)
    {
        var got = false;
        var thread = new Thread(() => got = watch.TryReserve(bytes));
        thread.Start();
        thread.Join();
        return got;
    }
}
