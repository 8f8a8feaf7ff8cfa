using LlmObs.EndToEndTests.Support;

[assembly: AssemblyFixture(typeof(StackFixture))]
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace LlmObs.EndToEndTests.Support;

/// <summary>One stack and one browser for all journeys; faults start stacks of their own.</summary>
public sealed class StackFixture : IAsyncLifetime
{
    private Stack? stack;
    private Browser? browser;

    public Stack Stack => stack!;
    public Browser Browser => browser!;

    public async ValueTask InitializeAsync()
    {
        stack = await Stack.StartAsync();
        browser = await Browser.StartAsync(stack.LoginLink);
    }

    /// <summary>Called too when the start failed half way.</summary>
    public async ValueTask DisposeAsync()
    {
        await (browser?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (stack?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}
