using LlmObs.Ingest.Bench.Bodies;
using LlmObs.Ingest.Bench.Load;
using LlmObs.Ingest.Bench.Stack;

namespace LlmObs.Ingest.Bench.Runs;

/// <summary>The same captured bodies to LlmObs and to receivers from npm: spans acknowledged a second, spans kept, memory.</summary>
/// <param name="peers">Where bench/peers was copied and its packages were installed.</param>
internal sealed class PeersRun(string peers, double seconds)
{
    private const int Connections = 8;
    private const double WarmUpSeconds = 8;
    private ulong seed = 1;

    public async Task RunAsync()
    {
        Console.WriteLine(
            $"{Machine.Describe()}. {SpanBodies.Captured(Protocol.Protobuf).Count} captured bodies in turn, {Connections} connections.\n"
        );
        List<IReadOnlyList<string>> rows =
        [
            await LlmObsAsync(Protocol.Protobuf),
            await LlmObsAsync(Protocol.Json),
            // Genkit's server takes OTLP in JSON only.
            await PeerAsync("Genkit telemetry server, files", "genkit.cjs", "/api/otlp/v1/traces", Protocol.Json),
            await PeerAsync("promptfoo OTLP receiver, SQLite", "promptfoo.mjs", "/v1/traces", Protocol.Protobuf),
            await PeerAsync("promptfoo OTLP receiver, SQLite", "promptfoo.mjs", "/v1/traces", Protocol.Json),
        ];
        Markdown.Table(["receiver", "protocol", "spans/s", "p50 ms", "p99 ms", "spans kept, of acknowledged", "memory, MB (RSS)"], rows);
    }

    private async Task<string[]> LlmObsAsync(Protocol protocol)
    {
        await using var postgres = await BenchPostgres.StartAsync();
        await using var ingest = await IngestProcess.StartAsync(postgres, IngestRun.Nowhere);
        var run = await LoadAsync(ingest.Http, protocol);
        var kept = await postgres.AskAsync<long>("SELECT count(*) FROM spans");
        return Row(
            "LlmObs Ingest, PostgreSQL",
            protocol,
            run,
            kept,
            CpuClock.ResidentBytes(ingest.ProcessId),
            CpuClock.ResidentBytesOfTree(postgres.ProcessId)
        );
    }

    private async Task<string[]> PeerAsync(string name, string script, string path, Protocol protocol)
    {
        await using var peer = await NodeReceiver.StartAsync(peers, script);
        var run = await LoadAsync(new($"http://127.0.0.1:{peer.Port}{path}"), protocol);
        var memory = CpuClock.ResidentBytes(peer.ProcessId);
        return Row(name, protocol, run, await peer.StoredAsync(), memory, 0);
    }

    private Task<LoadResult> LoadAsync(Uri url, Protocol protocol) =>
        LoadRun.InOwnProcessAsync(new(url, protocol, 0, Connections, WarmUpSeconds, seconds, seed++) { IsCaptured = true });

    private static string[] Row(string name, Protocol protocol, LoadResult run, long kept, long ownBytes, long databaseBytes) =>
        [
            name,
            protocol.ToString().ToLowerInvariant(),
            run.Refused > 0 ? $"{Markdown.Whole(run.SpansPerSecond)} ({run.Refused} requests refused)" : Markdown.Whole(run.SpansPerSecond),
            Markdown.Ms(run.P50Ms),
            Markdown.Ms(run.P99Ms),
            $"{100.0 * kept / run.Acknowledged:0} %",
            Markdown.Whole(ownBytes / 1e6) + (databaseBytes > 0 ? $" and PostgreSQL's {Markdown.Whole(databaseBytes / 1e6)}" : ""),
        ];
}
