using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace LlmObs.Ingest.Bench.Stack;

/// <summary>The real Ingest, in a process of its own, on free ports.</summary>
internal sealed class IngestProcess : IAsyncDisposable
{
    private const int StartSeconds = 60;
    private readonly Process process;

    private IngestProcess(Process process, int http, int grpc) =>
        (this.process, Http, Grpc) = (process, new($"http://127.0.0.1:{http}/v1/traces"), new($"http://127.0.0.1:{grpc}/"));

    public Uri Http { get; }

    public Uri Grpc { get; }

    public int ProcessId => process.Id;

    /// <param name="sls">Where logs are sent; nobody need be there.</param>
    /// <param name="settings">Environment variables besides.</param>
    /// <returns>When it has its schema and accepts spans.</returns>
    public static async Task<IngestProcess> StartAsync(BenchPostgres postgres, Uri sls, Dictionary<string, string>? settings = null)
    {
        var (http, grpc) = (FreePort(), FreePort());
        var start = new ProcessStartInfo(Environment.ProcessPath!, [typeof(Refusal).Assembly.Location])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        start.Environment["ConnectionStrings__llmobs"] = postgres.ConnectionString;
        start.Environment["ConnectionStrings__sls"] = $"Endpoint={sls};Project=llmobs;AccessKeyId=local;AccessKeySecret=local";
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{http.ToString(CultureInfo.InvariantCulture)}";
        start.Environment["LLMOBS_OTLP_GRPC_PORT"] = grpc.ToString(CultureInfo.InvariantCulture);
        start.Environment["Ingest__AllowAnonymousLoopback"] = "true";
        start.Environment["Logging__LogLevel__Default"] = "Error";
        // The warnings it would log are part of the measurement's arrangement: nobody answers at SLS's address.
        start.Environment["Logging__LogLevel__LlmObs.Ingest.Shipping"] = "Error";
        foreach (var (name, value) in settings ?? [])
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Say(line.Data);
        process.BeginOutputReadLine();
        var ingest = new IngestProcess(process, http, grpc);
        await ingest.ReadyAsync();
        return ingest;
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private static void Say(string? line)
    {
        if (line is not null)
        {
            Console.Error.WriteLine(line);
        }
    }

    // An empty export is acknowledged as soon as there is a schema and a project to write to.
    private async Task ReadyAsync()
    {
        using var client = new HttpClient();
        var deadline = Stopwatch.GetTimestamp() + (StartSeconds * Stopwatch.Frequency);
        while (true)
        {
            try
            {
                using var body = new ByteArrayContent([]);
                body.Headers.ContentType = new("application/x-protobuf");
                using var response = await client.PostAsync(Http, body);
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException) when (!process.HasExited && Stopwatch.GetTimestamp() < deadline)
            {
                // Not listening yet.
            }

            if (process.HasExited || Stopwatch.GetTimestamp() >= deadline)
            {
                throw new InvalidOperationException("Ingest did not start; what it said is above.");
            }

            await Task.Delay(50);
        }
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
