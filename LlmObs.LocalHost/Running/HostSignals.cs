using System.Runtime.InteropServices;

namespace LlmObs.LocalHost.Running;

/// <summary>Ctrl-C, a polite kill, a closed terminal: the first asks to stop, the second to stop at once.</summary>
internal sealed class HostSignals : IDisposable
{
    // One kill may arrive twice: timeout(1), for one, signals its child and then the child's group.
    private static readonly TimeSpan SameKill = TimeSpan.FromSeconds(0.3);

    private readonly CancellationTokenSource stop = new();
    private readonly IReadOnlyList<PosixSignalRegistration> registrations;
    private readonly Lock oneAtATime = new();
    private long? first;

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
        lock (oneAtATime)
        {
            if (first is null)
            {
                first = TimeProvider.System.GetTimestamp();

                // Not here: what is cancelled would run on the thread that has to see the second signal.
                _ = stop.CancelAsync();
                return;
            }

            if (TimeProvider.System.GetElapsedTime(first.Value) < SameKill)
            {
                return;
            }
        }

        AtOnce?.Invoke();
        Environment.Exit(130);
    }
}
