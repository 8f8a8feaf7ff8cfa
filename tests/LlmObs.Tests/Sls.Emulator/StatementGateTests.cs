using CsCheck;
using LlmObs.Sls.Emulator.Storage;
using Microsoft.Extensions.Time.Testing;

namespace LlmObs.Tests.Sls.Emulator;

public sealed class StatementGateTests : IDisposable
{
    private readonly FakeTimeProvider time = new();
    private readonly StatementGate gate;

    public StatementGateTests() => gate = new StatementGate(time);

    public void Dispose() => gate.Dispose();

    [Fact]
    public async Task Statements_run_beside_each_other_and_know_it()
    {
        using var first = await TogetherAsync();
        Assert.False(first.HadCompany);

        using var second = await TogetherAsync();
        Assert.True(first.HadCompany);
        Assert.True(second.HadCompany);
    }

    [Fact]
    public async Task A_turn_alone_is_given_at_once_or_not_at_all()
    {
        using (await TogetherAsync())
        {
            Assert.Null(gate.TryEnterAlone());
        }
        var alone = gate.TryEnterAlone();
        Assert.True(alone!.IsAlone);
        Assert.Null(gate.TryEnterAlone());
        var waiting = TogetherAsync();
        Assert.False(waiting.IsCompleted);

        alone.Dispose();

        (await waiting).Dispose();
    }

    [Fact]
    public async Task Who_waits_to_be_alone_interrupts_those_that_still_run_after_a_while()
    {
        using var running = await TogetherAsync();
        var alone = AloneAsync();

        time.Advance(StatementGate.Patience / 2);
        Assert.False(running.Interrupted.IsCancellationRequested);
        var late = TogetherAsync();
        time.Advance(StatementGate.Patience / 2);
        Assert.True(running.Interrupted.IsCancellationRequested);

        running.Dispose();
        (await alone).Dispose();
        (await late).Dispose();
    }

    [Fact]
    public async Task One_alone_is_not_interrupted_for_a_statement_but_for_a_write()
    {
        var alone = await AloneAsync();
        var next = AloneAsync();
        time.Advance(StatementGate.Patience * 10);
        Assert.False(alone.Interrupted.IsCancellationRequested);

        var write = gate.EnterToWriteAsync(CancellationToken.None);
        time.Advance(StatementGate.Patience);
        Assert.True(alone.Interrupted.IsCancellationRequested);

        alone.Dispose();
        using (await write)
        {
            Assert.False(next.IsCompleted);
        }
        (await next).Dispose();
    }

    [Fact]
    public async Task After_one_alone_those_that_run_together_go_first()
    {
        var alone = await AloneAsync();
        var nextAlone = AloneAsync();
        var together = TogetherAsync();

        alone.Dispose();
        using (await together)
        {
            Assert.False(nextAlone.IsCompleted);
        }
        (await nextAlone).Dispose();
    }

    [Fact]
    public async Task Who_gives_up_waiting_holds_nobody_up()
    {
        using var running = await TogetherAsync();
        using var giveUp = new CancellationTokenSource();
        var alone = gate.EnterAloneAsync(giveUp.Token);
        var behind = TogetherAsync();
        Assert.False(behind.IsCompleted);

        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => alone);
        (await behind).Dispose();
    }

    [Fact]
    public Task Whatever_comes_and_goes_one_alone_is_alone_and_everybody_gets_a_turn() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 1000])
            .Array[0, 60]
            .SampleAsync(async steps =>
            {
                using var gate = new StatementGate(new FakeTimeProvider());
                List<Task<StatementTurn>> asked = [];
                foreach (var (step, choice) in steps)
                {
                    var given = asked.FindAll(turn => turn.IsCompletedSuccessfully);
                    switch (step)
                    {
                        case 0:
                            asked.Add(gate.EnterAsync(CancellationToken.None));
                            break;
                        case 1:
                            asked.Add(gate.EnterAloneAsync(CancellationToken.None));
                            break;
                        case 2:
                            asked.Add(gate.EnterToWriteAsync(CancellationToken.None));
                            break;
                        case 3 when given.Count > 0:
                            await LeaveAsync(given[choice % given.Count], asked);
                            break;
                    }
                    await CheckAsync(asked);
                }
                while (asked.Count > 0)
                {
                    await LeaveAsync(await Task.WhenAny(asked), asked);
                    await CheckAsync(asked);
                }
            });

    private static async Task LeaveAsync(Task<StatementTurn> turn, List<Task<StatementTurn>> asked)
    {
        asked.Remove(turn);
        (await turn).Dispose();
    }

    private static async Task CheckAsync(List<Task<StatementTurn>> asked)
    {
        var running = await Task.WhenAll(asked.FindAll(turn => turn.IsCompletedSuccessfully));
        Assert.True(running.Length <= 1 || !running.Any(turn => turn.IsAlone));
    }

    private Task<StatementTurn> TogetherAsync() => gate.EnterAsync(CancellationToken.None);

    private Task<StatementTurn> AloneAsync() => gate.EnterAloneAsync(CancellationToken.None);
}
