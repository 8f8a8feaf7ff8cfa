using System.ComponentModel;
using System.Diagnostics;

namespace LlmObs.LocalHost.Running;

/// <summary>One run of a child, from its start to its end.</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process process;
    private readonly ProcessSpec spec;
    private readonly TaskCompletionSource<int> exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource outputEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource errorEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(ProcessSpec spec, Action<string> onLine)
    {
        this.spec = spec;
        process = new Process { StartInfo = Launcher.StartInfo(spec), EnableRaisingEvents = true };
        process.Exited += OnExited;
        process.OutputDataReceived += (_, e) => Pass(e.Data, outputEnded);
        process.ErrorDataReceived += (_, e) => Pass(e.Data, errorEnded);

        void Pass(string? line, TaskCompletionSource ended)
        {
            if (line is null)
            {
                ended.TrySetResult();
            }
            else
            {
                onLine(line);
            }
        }
    }

    public int Id { get; private set; }

    /// <summary>Completes with the exit code; 128 and more is a signal.</summary>
    public Task<int> Exited => exited.Task;

    /// <param name="onLine">Called for each line the child prints, from any thread.</param>
    /// <exception cref="LocalHostException">The program isn't there or can't be started.</exception>
    public static Task<ChildProcess> StartAsync(ProcessSpec spec, Action<string> onLine) =>
        SpawnThread.RunAsync(() =>
        {
            if (Path.IsPathRooted(spec.FileName) && !File.Exists(spec.FileName))
            {
                throw new LocalHostException($"Can't start {spec.FileName}: there is no such program.");
            }

            var child = new ChildProcess(spec, onLine);
            try
            {
                child.process.Start();
            }
            catch (Win32Exception e)
            {
                child.Dispose();
                throw new LocalHostException($"Can't start {spec.FileName}: {e.Message}.");
            }

            child.Id = child.process.Id;
            child.process.StandardInput.Close();
            child.process.BeginOutputReadLine();
            child.process.BeginErrorReadLine();
            return child;
        });

    /// <summary>Asks it to stop, insists, then kills. Returns once it is gone.</summary>
    public async Task StopAsync()
    {
        foreach (var signal in spec.StopSignals)
        {
            if (Exited.IsCompleted)
            {
                return;
            }

            Posix.Send(signal, Id);
            if (await Task.WhenAny(Exited, Task.Delay(spec.StopGrace)) == Exited)
            {
                return;
            }
        }

        Posix.Send(Signal.Kill, Id);
        await Exited;
    }

    /// <summary>Ends it at once. Not waited for.</summary>
    public void Kill()
    {
        if (!Exited.IsCompleted)
        {
            // PostgreSQL's own harshest stop takes its backends along; Kill would leave them behind.
            Posix.Send(spec.StopSignals.Count > 1 ? spec.StopSignals[^1] : Signal.Kill, Id);
        }
    }

    public void Dispose() => process.Dispose();

    // Its last words are worth a moment; only a moment, because children of its own may hold the pipes open.
    private async void OnExited(object? sender, EventArgs e)
    {
        var code = process.ExitCode;
        await Task.WhenAny(Task.WhenAll(outputEnded.Task, errorEnded.Task), Task.Delay(TimeSpan.FromMilliseconds(500)));
        exited.TrySetResult(code);
    }
}
