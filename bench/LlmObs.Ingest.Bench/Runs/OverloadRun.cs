using LlmObs.Ingest.Bench.Bodies;
using LlmObs.Ingest.Bench.Load;
using LlmObs.Ingest.Bench.Stack;

namespace LlmObs.Ingest.Bench.Runs;

/// <summary>Far more comes than can be taken, from senders that repeat at once: what memory does meanwhile, what is lost, and what a calm sender notices before and after.</summary>
internal static class OverloadRun
{
    private const int Batch = 100;
    private const int CalmConnections = 2;
    private const double CalmSeconds = 10;
    private const double Recovery = 10;
    private const double Megabyte = 1024 * 1024;

    /// <param name="connections">More than are handled and may wait together (<c>Ingest:MaxConcurrentRequests</c>, <c>MaxWaitingRequests</c>): the others are refused.</param>
    public static async Task RunAsync(double seconds, int connections)
    {
        await using var postgres = await BenchPostgres.StartAsync();
        await using var ingest = await IngestProcess.StartAsync(postgres, IngestRun.Nowhere);
        Console.WriteLine($"{Machine.Describe()}. Batches of {Batch}, {connections} connections for {seconds:0} s.\n");
        var seed = 1UL;
        await LoadRun.InOwnProcessAsync(new(ingest.Http, Protocol.Protobuf, Batch, 8, 0, CalmSeconds, seed++));
        await postgres.ClearAsync();

        var before = await CalmAsync(0);
        using var over = new CancellationTokenSource();
        var memory = SampleAsync(ingest.ProcessId, over.Token);
        var flood = await LoadRun.InOwnProcessAsync(new(ingest.Http, Protocol.Protobuf, Batch, connections, 0, seconds, seed++));
        await over.CancelAsync();
        var after = await CalmAsync(Recovery);

        var acknowledged = before.Acknowledged + flood.Acknowledged + after.Acknowledged;
        var stored = await postgres.AskAsync<long>("SELECT count(*) FROM spans");
        var samples = await memory;
        Markdown.Table(
            ["what", "measured"],
            [
                ["spans/s acknowledged meanwhile", Markdown.Whole(flood.SpansPerSecond)],
                ["requests answered 503 or 429, of all", $"{100.0 * flood.Refused / (flood.Refused + flood.Requests):0} %"],
                ["acknowledged spans that are not stored", Markdown.Whole(Math.Max(0, acknowledged - stored))],
                ["memory of Ingest (RSS), most in the first quarter", $"{Most(samples.Take(samples.Count / 4)):0} MB"],
                ["memory of Ingest (RSS), most in the last quarter", $"{Most(samples.Skip(3 * samples.Count / 4)):0} MB"],
                ["a calm sender before it: p50, p99", $"{Markdown.Ms(before.P50Ms)}, {Markdown.Ms(before.P99Ms)} ms"],
                [$"a calm sender from {Recovery:0} s after it on: p50, p99", $"{Markdown.Ms(after.P50Ms)}, {Markdown.Ms(after.P99Ms)} ms"],
            ]
        );

        Task<LoadResult> CalmAsync(double warmUpSeconds) =>
            LoadRun.InOwnProcessAsync(new(ingest.Http, Protocol.Protobuf, Batch, CalmConnections, warmUpSeconds, CalmSeconds, seed++));

        static double Most(IEnumerable<long> bytes) => bytes.DefaultIfEmpty(0).Max() / Megabyte;
    }

    private static async Task<List<long>> SampleAsync(int processId, CancellationToken cancellationToken)
    {
        var samples = new List<long>();
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            while (await second.WaitForNextTickAsync(cancellationToken))
            {
                samples.Add(CpuClock.ResidentBytes(processId));
            }
        }
        catch (OperationCanceledException)
        {
            // The flood is over.
        }

        return samples;
    }
}
