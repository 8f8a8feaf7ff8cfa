using LlmObs.EndToEndTests.Support;

[assembly: AssemblyFixture(typeof(StackFixture))]
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace LlmObs.EndToEndTests.Support;

/// <summary>One stack and one browser for all journeys; faults start stacks of their own.</summary>
public sealed class StackFixture : IAsyncLifetime
{
    public Stack Stack { get; private set; } = null!;
    public Browser Browser { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Stack = await Stack.StartAsync();
        Browser = await Browser.StartAsync(Stack.LoginLink);
    }

    public async ValueTask DisposeAsync()
    {
        await Browser.DisposeAsync();
        await Stack.DisposeAsync();
    }
}
