using System.Globalization;

namespace LlmObs.LocalHost.Running;

/// <summary>Remembers on disk which processes run, so that the next start finds those that outlived a killed host.</summary>
internal sealed class PidFiles(string directory)
{
    // id, signal, command line: the id alone may belong to somebody else by then.
    public Task WriteAsync(string name, int processId, ProcessSpec spec) =>
        File.WriteAllLinesAsync(
            Path.Combine(directory, name),
            [processId.ToString(CultureInfo.InvariantCulture), spec.StopSignals[0].ToString(), string.Join(' ', [spec.FileName, .. spec.Arguments])]
        );

    public void Remove(string name) => File.Delete(Path.Combine(directory, name));

    /// <summary>Stops what an earlier host left running.</summary>
    public async Task StopLeftoversAsync(Action<string> say, CancellationToken cancellationToken)
    {
        await Task.WhenAll(Directory.EnumerateFiles(directory).ToList().Select(file => StopAsync(file, say, cancellationToken)));
    }

    private static async Task StopAsync(string file, Action<string> say, CancellationToken cancellationToken)
    {
        if (
            await File.ReadAllLinesAsync(file, cancellationToken) is [var id, var signal, var command, ..]
            && int.TryParse(id, CultureInfo.InvariantCulture, out var processId)
            && await ProcessTable.CommandLineAsync(processId, cancellationToken) == command
        )
        {
            say($"{Path.GetFileName(file)} of an earlier run is still there (process {processId}): stopping it.");
            await ProcessTable.StopAsync(processId, Enum.Parse<Signal>(signal), TimeSpan.FromSeconds(10), cancellationToken);
        }

        File.Delete(file);
    }
}
