using System.Diagnostics;
using System.Globalization;
using LlmObs.Ingest;

namespace LlmObs.IntegrationTests.Ingest.Faults;

/// <summary>The real Ingest in a process of its own, so that it can be killed.</summary>
internal sealed class IngestProcess : IAsyncDisposable
{
    private readonly Process process;

    private IngestProcess(Process process, int port)
    {
        this.process = process;
        Http = new() { BaseAddress = new($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}") };
    }

    public HttpClient Http { get; }

    /// <param name="settings">Environment variables.</param>
    /// <returns>When it takes spans.</returns>
    public static async Task<IngestProcess> StartAsync(Dictionary<string, string> settings)
    {
        var port = FreePorts.Next();
        var start = new ProcessStartInfo("dotnet", [typeof(Refusal).Assembly.Location]) { WorkingDirectory = AppContext.BaseDirectory };
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}";
        start.Environment["LLMOBS_OTLP_GRPC_PORT"] = FreePorts.Next().ToString(CultureInfo.InvariantCulture);
        start.Environment["Ingest__AllowAnonymousLoopback"] = "true";
        start.Environment["Logging__LogLevel__Default"] = "Critical";
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        var ingest = new IngestProcess(Process.Start(start)!, port);
        await Wait.UntilAsync(ingest.TakesSpansAsync, "Ingest takes spans");
        return ingest;
    }

    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        process.Dispose();
        Http.Dispose();
    }

    // An empty request is answered as soon as there is a schema and a project to write to.
    private async Task<bool> TakesSpansAsync()
    {
        Assert.False(process.HasExited, "Ingest ended.");
        try
        {
            using var request = OtlpBodies.Http([]);
            using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
