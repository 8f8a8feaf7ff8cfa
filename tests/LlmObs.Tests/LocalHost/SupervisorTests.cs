using LlmObs.LocalHost;
using LlmObs.LocalHost.Output;
using LlmObs.LocalHost.Running;
using LlmObs.LocalHost.Services;

namespace LlmObs.Tests.LocalHost;

/// <summary>Real processes, of the shell's kind.</summary>
public sealed class SupervisorTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("llmobs-supervisor-");
    private readonly Lines output = new();

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public async Task Starts_again_what_was_killed_and_says_so()
    {
        await using var supervisor = Supervise("echo ready; exec sleep 60");
        supervisor.Start();
        await supervisor.Healthy.WaitAsync(Cancel);
        var killed = supervisor.ProcessId!.Value;

        Posix.Send(Signal.Kill, killed);
        await Until(() => Printed("service is back"));

        Assert.NotEqual(killed, supervisor.ProcessId);
        Assert.True(Printed("llmobs  | service was ended by signal 9"));
        await Until(() => Printed("service | ready"));
    }

    [Fact]
    public async Task Gives_up_what_never_gets_healthy_and_repeats_its_last_words()
    {
        await using var supervisor = Supervise("echo 'no such database' >&2; exit 3", healthy: false);
        supervisor.Start();
        var failure = await Assert.ThrowsAsync<LocalHostException>(() => supervisor.Healthy.WaitAsync(Cancel));
        Assert.Contains("service ended with code 3 5 times before it was healthy", failure.Message, StringComparison.Ordinal);
        Assert.Contains("no such database", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_which_program_is_missing()
    {
        await using var supervisor = new Supervisor(
            new Shell(new ProcessSpec("/nowhere/dotnet", []) { WorkingDirectory = "/" }, true),
            Log(),
            Pids(),
            TimeProvider.System
        );
        supervisor.Start();
        var failure = await Assert.ThrowsAsync<LocalHostException>(() => supervisor.Healthy.WaitAsync(Cancel));
        Assert.Contains("/nowhere/dotnet", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stops_what_listens_and_kills_what_does_not()
    {
        var polite = Supervise("trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done");
        var deaf = Supervise("trap '' TERM; echo up; while :; do sleep 0.05; done");
        foreach (var supervisor in new[] { polite, deaf })
        {
            supervisor.Start();
            await supervisor.Healthy.WaitAsync(Cancel);
        }

        await Until(() => output.ToString().Split("up").Length == 3);
        await polite.DisposeAsync();
        await deaf.DisposeAsync();

        Assert.True(Printed("bye"));
        Assert.Null(polite.ProcessId);
        Assert.Null(deaf.ProcessId);
        Assert.Empty(directory.EnumerateFiles());
    }

    [Fact]
    public async Task Finds_what_a_killed_host_left_running_and_spares_a_stranger_with_its_number()
    {
        var spec = Spec("exec sleep 61");
        using var left = await ChildProcess.StartAsync(new ProcessSpec("/bin/sleep", ["61"]) { WorkingDirectory = "/" }, _ => { });
        using var stranger = await ChildProcess.StartAsync(new ProcessSpec("/bin/sleep", ["62"]) { WorkingDirectory = "/" }, _ => { });
        var pids = Pids();
        await pids.WriteAsync("left", left.Id, new ProcessSpec("/bin/sleep", ["61"]) { WorkingDirectory = "/" });
        await pids.WriteAsync("stranger", stranger.Id, spec);
        await Until(() => ProcessTable.CommandLineAsync(left.Id, Cancel).GetAwaiter().GetResult() == "/bin/sleep 61");

        await pids.StopLeftoversAsync(Log().Say, Cancel);

        Assert.Equal(128 + (int)Signal.Term, await left.Exited);
        Assert.False(stranger.Exited.IsCompleted);
        Assert.True(Printed($"left of an earlier run is still there (process {left.Id})"));
        Assert.Empty(directory.EnumerateFiles());
        await stranger.StopAsync();
    }

    private Supervisor Supervise(string script, bool healthy = true) => new(new Shell(Spec(script), healthy), Log(), Pids(), TimeProvider.System);

    private static ProcessSpec Spec(string script) =>
        new("/bin/sh", ["-c", script]) { WorkingDirectory = "/", StopGrace = TimeSpan.FromMilliseconds(500) };

    private LogPrinter Log() => new(output, ["service"], colour: false);

    private PidFiles Pids() => new(directory.FullName);

    private bool Printed(string text) => output.ToString().Contains(text, StringComparison.Ordinal);

    private static async Task Until(Func<bool> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            await Task.Delay(20, deadline.Token);
        }
    }

    private sealed class Lines : StringWriter
    {
        private readonly Lock oneAtATime = new();

        public override void WriteLine(string? value)
        {
            lock (oneAtATime)
            {
                base.WriteLine(value);
            }
        }

        public override string ToString()
        {
            lock (oneAtATime)
            {
                return base.ToString();
            }
        }
    }

    private sealed class Shell(ProcessSpec spec, bool healthy) : IService
    {
        public Resource Resource { get; } = new SlsResource("service");
        public IReadOnlyList<Endpoint> Endpoints => [];

        public Task<ProcessSpec> PrepareAsync(CancellationToken cancellationToken) => Task.FromResult(spec);

        public Task<string?> WhyNotHealthyAsync(ChildProcess process, CancellationToken cancellationToken) =>
            Task.FromResult(healthy ? null : "not yet");
    }
}
