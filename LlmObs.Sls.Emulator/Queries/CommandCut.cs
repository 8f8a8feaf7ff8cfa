using DuckDB.NET.Data;

namespace LlmObs.Sls.Emulator.Queries;

/// <summary>
/// Interrupts a command once a token says so, and again until it ends: an interruption that comes just before the engine begins is lost.
/// </summary>
internal sealed class CommandCut : IDisposable
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(100);
    private readonly DuckDBCommand command;
    private readonly Lock sync = new();
    private readonly Timer timer;
    private readonly CancellationTokenRegistration registration;
    private bool isOver;

    public CommandCut(DuckDBCommand command, CancellationToken cancellationToken)
    {
        this.command = command;
        timer = new Timer(_ => Interrupt());
        registration = cancellationToken.Register(() => timer.Change(TimeSpan.Zero, Again));
    }

    /// <summary>To be called before the command is disposed: nothing interrupts it any more.</summary>
    public void Dispose()
    {
        registration.Dispose();
        lock (sync)
        {
            isOver = true;
        }
        timer.Dispose();
    }

    private void Interrupt()
    {
        lock (sync)
        {
            if (!isOver)
            {
                command.Cancel();
            }
        }
    }
}
