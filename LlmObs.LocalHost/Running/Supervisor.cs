using System.Diagnostics.CodeAnalysis;
using LlmObs.LocalHost.Output;
using LlmObs.LocalHost.Services;

namespace LlmObs.LocalHost.Running;

/// <summary>Keeps one service alive: starts it, waits for its health, starts it again when it ends unasked.</summary>
internal sealed class Supervisor(IService service, LogPrinter log, PidFiles pids, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly RestartPolicy policy = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource healthy = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task running = Task.CompletedTask;
    private ChildProcess? process;

    public IService Service => service;
    public int? ProcessId => process?.Id;

    /// <summary>Completes when it is healthy for the first time; fails with <see cref="LocalHostException"/> when that can't be reached.</summary>
    public Task Healthy => healthy.Task;

    private string Name => service.Resource.Name;

    public void Start() => running = RunAsync();

    /// <summary>Stops the process and everything that would start it again. Returns once it is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await running;
        stopping.Dispose();
    }

    /// <summary>Ends the process at once; the caller is about to end too.</summary>
    public void Kill() => process?.Kill();

    [SuppressMessage("Design", "CA1031", Justification = "Whatever ends the loop must reach those who wait for health.")]
    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await RunOnceAsync();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            healthy.TrySetCanceled(stopping.Token);
        }
        catch (Exception e)
        {
            if (!healthy.TrySetException(e))
            {
                log.Say($"{Name} can't be started again: {e.Message}");
            }
        }
    }

    private async Task RunOnceAsync()
    {
        stopping.Token.ThrowIfCancellationRequested();
        var started = time.GetTimestamp();
        var tail = new LogTail();
        var spec = await service.PrepareAsync(stopping.Token);
        using var child = await ChildProcess.StartAsync(
            spec,
            line =>
            {
                tail.Add(line);
                log.Line(Name, line);
            }
        );
        process = child;
        await pids.WriteAsync(Name, child.Id, spec);
        try
        {
            await WaitForHealthAsync(child);
            await child.Exited.WaitAsync(stopping.Token);
        }
        finally
        {
            await child.StopAsync();
            process = null;
            pids.Remove(Name);
        }

        await WaitToRestartAsync(await child.Exited, time.GetElapsedTime(started), tail);
    }

    private async Task WaitForHealthAsync(ChildProcess child)
    {
        var since = time.GetTimestamp();
        while (!child.Exited.IsCompleted)
        {
            var reason = await service.WhyNotHealthyAsync(child, stopping.Token);
            if (reason is null)
            {
                if (!healthy.TrySetResult())
                {
                    log.Say($"{Name} is back (process {child.Id}).");
                }

                return;
            }

            if (time.GetElapsedTime(since) > Patience)
            {
                log.Say($"{Name} isn't healthy yet: {reason}");
                since = time.GetTimestamp();
            }

            await Task.WhenAny(child.Exited, Task.Delay(Poll, time, stopping.Token));
            stopping.Token.ThrowIfCancellationRequested();
        }
    }

    private async Task WaitToRestartAsync(int exitCode, TimeSpan lived, LogTail tail)
    {
        var ended = exitCode > 128 ? $"was ended by signal {exitCode - 128}" : $"ended with code {exitCode}";
        if (policy.AfterEnd(healthy.Task.IsCompleted, lived) is not { } wait)
        {
            throw new LocalHostException(
                $"{Name} {ended} {RestartPolicy.AttemptsBeforeFirstHealth} times before it was healthy. It last said:\n{tail}"
            );
        }

        log.Say($"{Name} {ended} after {lived.TotalSeconds:0} s: starting it again in {wait.TotalSeconds:0.##} s.");
        await Task.Delay(wait, time, stopping.Token);
    }
}
