using LlmObs.EndToEndTests.Support;

namespace LlmObs.EndToEndTests.Faults;

/// <summary>Kill -9 while spans arrive: nothing acknowledged is lost or doubled.</summary>
public sealed class KilledProcessTests
{
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(60);
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("LLMOBS_LONG_TESTS") == "1";

    // ./test.sh --long: often enough to meet the moments between commit, sending and marking as sent.
    private static readonly int Kills = IsLong ? 6 : 1;

    [Theory]
    [InlineData("LlmObs.Ingest")]
    [InlineData("LlmObs.Sls.Emulator")]
    [InlineData("LlmObs.Web")]
    [InlineData("postgres")]
    public async Task Keeps_every_acknowledged_span_once_when_a_process_is_killed(string victim)
    {
        await using var stack = await Stack.StartAsync();
        await using var senders = new SteadySenders(stack);
        for (var kill = 1; kill <= Kills; kill++)
        {
            await senders.MoreAsync("sending");
            await KillAsync(stack, victim);
            await senders.MoreAsync("sending after the restart");
        }

        await senders.AssertNothingLostNorDoubledAsync();
    }

    [Fact]
    public async Task Keeps_what_was_spooled_while_PostgreSQL_stood_still_when_Ingest_is_killed_then()
    {
        await using var stack = await Stack.StartAsync();
        await using var senders = new SteadySenders(stack);
        for (var kill = 1; kill <= Kills; kill++)
        {
            await senders.MoreAsync("sending");
            stack.FreezePostgres();
            await senders.MoreAsync("sending while PostgreSQL stands still", traces: IsLong ? 1000 : 30);
            await KillAsync(stack, "LlmObs.Ingest");
            stack.ThawPostgres();
            await senders.MoreAsync("sending when both are back");
        }

        await senders.AssertNothingLostNorDoubledAsync();
    }

    private static async Task KillAsync(Stack stack, string victim)
    {
        var before = stack.FindProcess(victim);
        stack.Kill(victim);
        await Eventually.GetAsync(
            () => Task.FromResult(stack.FindProcess(victim)),
            id => id is not null && id != before,
            Recovery,
            $"restarting {victim}"
        );
    }
}
