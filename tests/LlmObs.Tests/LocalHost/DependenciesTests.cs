using LlmObs.LocalHost;
using LlmObs.LocalHost.Running;

namespace LlmObs.Tests.LocalHost;

public sealed class DependenciesTests : IDisposable
{
    private readonly Model model = new();

    public void Dispose() => model.Dispose();

    [Fact]
    public void Reach_through_the_database_and_sls_to_the_processes_behind_them()
    {
        var needed = Processes("ingest");
        Assert.Equal(["postgres", "sls-emulator"], needed);
    }

    [Fact]
    public void Include_what_the_awaited_waits_for() => Assert.Equal(["ingest", "postgres", "sls-emulator"], Processes("web"));

    [Fact]
    public void Are_none_for_what_everything_else_stands_on()
    {
        Assert.Empty(Processes("postgres"));
        Assert.Empty(Processes("sls-emulator"));
    }

    [Fact]
    public void End_although_two_wait_for_each_other()
    {
        var first = new SlsResource("first");
        var second = new SlsResource("second");
        first.WaitsFor.Add(second);
        second.WaitsFor.Add(first);
        Assert.Equal(2, Dependencies.Of(first).Count);
    }

    private IEnumerable<string> Processes(string name) =>
        Dependencies
            .Of(model.Get<Resource>(name))
            .Where(resource => resource is PostgresServerResource or ProjectResource)
            .Select(resource => resource.Name)
            .Order();
}
