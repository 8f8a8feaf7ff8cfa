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
}
