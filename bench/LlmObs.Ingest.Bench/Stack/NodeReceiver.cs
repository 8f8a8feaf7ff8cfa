using System.Diagnostics;
using System.Globalization;

namespace LlmObs.Ingest.Bench.Stack;

/// <summary>A receiver from npm, as bench/peers starts it, in a process and a directory of its own.</summary>
internal sealed class NodeReceiver : IAsyncDisposable
{
    private const int StartSeconds = 60;
    private readonly Process process;
    private readonly DirectoryInfo directory;

    private NodeReceiver(Process process, DirectoryInfo directory, int port) => (this.process, this.directory, Port) = (process, directory, port);

    public int Port { get; }

    public int ProcessId => process.Id;

    /// <param name="script">In the directory where its packages are installed.</param>
    public static async Task<NodeReceiver> StartAsync(string peers, string script)
    {
        var (directory, port) = (Directory.CreateTempSubdirectory("llmobs-bench-peer-"), IngestProcess.FreePort());
        var process = Process.Start(
            new ProcessStartInfo("node", [script, port.ToString(CultureInfo.InvariantCulture), directory.FullName])
            {
                WorkingDirectory = peers,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            }
        )!;
        var receiver = new NodeReceiver(process, directory, port);
        await receiver.ReadyAsync();
        return receiver;
    }

    /// <summary>Spans it says it keeps: a receiver that answers 200 and drops what it got is no peer.</summary>
    public async Task<long> StoredAsync()
    {
        await process.StandardInput.WriteLineAsync("?");
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("stored ", StringComparison.Ordinal))
            {
                return long.Parse(line.AsSpan("stored ".Length), CultureInfo.InvariantCulture);
            }
        }

        throw new InvalidOperationException("The receiver ended.");
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        directory.Delete(recursive: true);
    }

    private async Task ReadyAsync()
    {
        using var client = new HttpClient();
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began).TotalSeconds < StartSeconds && !process.HasExited)
        {
            try
            {
                using var response = await client.GetAsync(new Uri($"http://127.0.0.1:{Port}/"));
                return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(50);
            }
        }

        throw new InvalidOperationException("The receiver did not start.");
    }
}
