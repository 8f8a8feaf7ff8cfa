using LlmObs.Ingest;
using LlmObs.Ingest.Otlp;
using LlmObs.Ingest.Shipping;
using Microsoft.Extensions.Options;

namespace LlmObs.Tests.Ingest;

public sealed class IngestGateTests
{
    [Fact]
    public async Task Tells_shipping_how_many_senders_wait()
    {
        var senders = new WaitingSenders(processors: 1);
        using var gate = new IngestGate(Options.Create(new IngestOptions { MaxConcurrentRequests = 2, MaxWaitingRequests = 0 }), senders);

        using var first = await gate.EnterAsync(TestContext.Current.CancellationToken);
        Assert.False(senders.AreMany);
        var second = await gate.EnterAsync(TestContext.Current.CancellationToken);
        Assert.True(senders.AreMany);
        Assert.Null(await gate.EnterAsync(TestContext.Current.CancellationToken));

        second!.Dispose();
        Assert.False(senders.AreMany);
    }

    [Fact]
    public async Task Large_bodies_take_turns_and_small_ones_pass()
    {
        const int MiB = 1024 * 1024;
        var cancellation = TestContext.Current.CancellationToken;
        using var gate = new IngestGate(Options.Create(new IngestOptions { MaxLargeBytesAtOnce = 4 * MiB }), new WaitingSenders(processors: 1));
        using var first = (await gate.EnterAsync(cancellation))!;
        using var second = (await gate.EnterAsync(cancellation))!;
        using var small = (await gate.EnterAsync(cancellation))!;

        await first.TakeTurnAsync(64 * MiB, cancellation);
        var waits = second.TakeTurnAsync(2 * MiB, cancellation);
        await small.TakeTurnAsync(MiB, cancellation);
        Assert.False(waits.IsCompleted);

        first.Dispose();
        await waits;
    }

    [Fact]
    public async Task A_sender_who_goes_away_while_it_waits_leaves_its_turn_to_the_next()
    {
        const int MiB = 1024 * 1024;
        using var gate = new IngestGate(Options.Create(new IngestOptions { MaxLargeBytesAtOnce = 2 * MiB }), new WaitingSenders(processors: 1));
        using var first = (await gate.EnterAsync(TestContext.Current.CancellationToken))!;
        using var gone = (await gate.EnterAsync(TestContext.Current.CancellationToken))!;
        using var next = (await gate.EnterAsync(TestContext.Current.CancellationToken))!;
        using var away = new CancellationTokenSource();

        await first.TakeTurnAsync(2 * MiB, TestContext.Current.CancellationToken);
        var given = gone.TakeTurnAsync(2 * MiB, away.Token);
        var waits = next.TakeTurnAsync(2 * MiB, TestContext.Current.CancellationToken);
        await away.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        Assert.False(waits.IsCompleted);

        first.Dispose();
        await waits;
    }
}
