namespace LlmObs.LocalHost.Running;

/// <summary>What other processes are: a process id in a file may by now belong to somebody else.</summary>
internal static class ProcessTable
{
    /// <summary>The command line of a running process, or null when there is none.</summary>
    public static async Task<string?> CommandLineAsync(int processId, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsLinux())
        {
            try
            {
                var bytes = await File.ReadAllTextAsync($"/proc/{processId}/cmdline", cancellationToken);
                return bytes.Length == 0 ? null : bytes.TrimEnd('\0').Replace('\0', ' ');
            }
            catch (IOException)
            {
                return null;
            }
        }

        var ps = await Tool.TryRunAsync("ps", ["-o", "command=", "-p", $"{processId}"], cancellationToken);
        return ps.ExitCode == 0 && ps.Output.Length > 0 ? ps.Output : null;
    }

    /// <summary>Stops a process that isn't our child. Returns once it is gone.</summary>
    public static async Task StopAsync(int processId, Signal signal, TimeSpan grace, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        Posix.Send(signal, processId);
        while (await CommandLineAsync(processId, cancellationToken) is not null)
        {
            if (TimeProvider.System.GetElapsedTime(started) > grace)
            {
                Posix.Send(Signal.Kill, processId);
            }

            await Task.Delay(50, cancellationToken);
        }
    }
}
