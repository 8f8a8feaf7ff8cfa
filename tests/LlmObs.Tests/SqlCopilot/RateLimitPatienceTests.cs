using System.ClientModel;
using System.Collections.Concurrent;
using LlmObs.SqlCopilot.Model;
using LlmObs.SqlCopilot.Prompts;
using LlmObs.SqlCopilot.Scripted;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;

namespace LlmObs.Tests.SqlCopilot;

public sealed class RateLimitPatienceTests(ScriptedServer server) : IClassFixture<ScriptedServer>
{
    private readonly HurriedClock _clock = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Waits_as_long_as_it_was_asked_to_and_gets_the_answer(bool streamed)
    {
        var text = streamed
            ? (
                await Client()
                    .GetStreamingResponseAsync(Asking(refusals: 1), cancellationToken: TestContext.Current.CancellationToken)
                    .ToChatResponseAsync(TestContext.Current.CancellationToken)
            ).Text
            : (await Client().GetResponseAsync(Asking(refusals: 1), cancellationToken: TestContext.Current.CancellationToken)).Text;

        Assert.Contains("question", text, StringComparison.Ordinal);
        Assert.Equal([TimeSpan.FromSeconds(1)], _clock.Waits);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Gives_up_at_the_third_refusal(bool streamed)
    {
        Task Ask() =>
            streamed
                ? Client()
                    .GetStreamingResponseAsync(Asking(refusals: 5), cancellationToken: TestContext.Current.CancellationToken)
                    .ToListAsync(TestContext.Current.CancellationToken)
                    .AsTask()
                : Client().GetResponseAsync(Asking(refusals: 5), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(429, (await Assert.ThrowsAsync<ClientResultException>(Ask)).Status);
        Assert.Equal(2, _clock.Waits.Count);
    }

    // Every call asks something new: the server forgets a refusal only when it has served the question.
    private static int s_next;

    private static ChatMessage[] Asking(int refusals)
    {
        while (true)
        {
            var text = $"昨天第{Interlocked.Increment(ref s_next)}单";
            if (new ScriptedFaults(text, "需求改写").Refusals == refusals)
            {
                return [Prompt.System("rewrite"), new(ChatRole.User, $"## 当前问题\n{text}")];
            }
        }
    }

    private IChatClient Client() => ModelClient.Create(new ModelOptions(), server.Address, NullLoggerFactory.Instance, "SqlCopilot", _clock);

    /// <summary>Remembers how long it was asked to wait, and does not.</summary>
    private sealed class HurriedClock : TimeProvider
    {
        public ConcurrentQueue<TimeSpan> Waits { get; } = new();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waits.Enqueue(dueTime);
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
