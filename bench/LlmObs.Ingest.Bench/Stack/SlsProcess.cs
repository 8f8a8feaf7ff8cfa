using System.Diagnostics;
using System.Globalization;

namespace LlmObs.Ingest.Bench.Stack;

/// <summary>An endpoint for shipped logs, in a process of its own.</summary>
internal sealed class SlsProcess : IAsyncDisposable
{
    private readonly Process process;

    private SlsProcess(Process process, Uri url) => (this.process, Url) = (process, url);

    public Uri Url { get; }

    public int ProcessId => process.Id;

    public static async Task<SlsProcess> StartAsync(bool hangs)
    {
        var url = new Uri($"http://127.0.0.1:{IngestProcess.FreePort().ToString(CultureInfo.InvariantCulture)}/");
        var process = Process.Start(
            Environment.ProcessPath!,
            [typeof(SlsProcess).Assembly.Location, "sls", url.ToString(), hangs ? "hang" : "verify"]
        );
        var sls = new SlsProcess(process, url);
        while (await sls.DiscardedAsync() is null)
        {
            await Task.Delay(50);
        }

        return sls;
    }

    /// <summary>Logs taken so far; null while nobody answers.</summary>
    public async Task<long?> DiscardedAsync()
    {
        try
        {
            using var client = new HttpClient();
            return long.Parse(await client.GetStringAsync(new Uri(Url, "/discarded")), CultureInfo.InvariantCulture);
        }
        catch (HttpRequestException) when (!process.HasExited)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
