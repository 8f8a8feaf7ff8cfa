using System.Runtime.InteropServices;

namespace LlmObs.LocalHost.Running;

/// <summary>Ctrl-C, a polite kill, a closed terminal: the first asks to stop, the second to stop at once.</summary>
internal sealed class HostSignals : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly IReadOnlyList<PosixSignalRegistration> registrations;
    private int count;

    public HostSignals()
    {
        PosixSignal[] signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
        registrations = [.. signals.Select(signal => PosixSignalRegistration.Create(signal, OnSignal))];
    }

    public CancellationToken Stop => stop.Token;

    /// <summary>Called at the second signal, before the process ends.</summary>
    public Action? AtOnce { get; set; }

    public void Dispose()
    {
        foreach (var registration in registrations)
        {
            registration.Dispose();
        }

        stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref count) == 1)
        {
            stop.Cancel();
            return;
        }

        AtOnce?.Invoke();
        Environment.Exit(130);
    }
}
