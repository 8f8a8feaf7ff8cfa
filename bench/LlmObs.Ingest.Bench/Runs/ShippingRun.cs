using LlmObs.Ingest.Bench.Bodies;
using LlmObs.Ingest.Bench.Load;
using LlmObs.Ingest.Bench.Stack;

namespace LlmObs.Ingest.Bench.Runs;

/// <summary>What SLS may cost those who wait for an acknowledgement: nothing shipped, everything shipped and verified, an endpoint that hangs. In turns, against drift.</summary>
internal static class ShippingRun
{
    private const int Turns = 2;
    private const double WarmUpSeconds = 6;

    private enum Endpoint
    {
        Nowhere,
        Verifies,
        Hangs,
    }

    /// <param name="Stored">Spans in PostgreSQL at the end, the warm-up's included.</param>
    /// <param name="Shipped">Logs that the endpoint had taken by then.</param>
    private sealed record Measured(LoadResult Load, long Stored, long? Shipped);

    public static async Task RunAsync(double seconds, int batch, int connections)
    {
        Console.WriteLine($"{Machine.Describe()}. Batches of {batch}, {connections} connections, the mean of {Turns} turns.\n");
        await using var postgres = await BenchPostgres.StartAsync();
        var seed = 1UL;
        var measured = Enum.GetValues<Endpoint>().ToDictionary(endpoint => endpoint, _ => new List<Measured>());
        for (var turn = 0; turn < Turns; turn++)
        {
            foreach (var (endpoint, runs) in measured)
            {
                runs.Add(
                    await MeasureAsync(
                        postgres,
                        endpoint,
                        new(IngestRun.Nowhere, Protocol.Protobuf, batch, connections, WarmUpSeconds, seconds, seed++)
                    )
                );
            }
        }

        var nothingShipped = measured[Endpoint.Nowhere];
        Markdown.Table(
            ["SLS", "spans/s", "of the first", "p50 ms", "p99 ms", "p99 of the first", "shipped while it ran"],
            measured.Select(runs => Row(runs.Key, runs.Value, nothingShipped))
        );
    }

    private static async Task<Measured> MeasureAsync(BenchPostgres postgres, Endpoint endpoint, LoadOrder order)
    {
        await using var sls = endpoint == Endpoint.Nowhere ? null : await SlsProcess.StartAsync(hangs: endpoint == Endpoint.Hangs);
        await using var ingest = await IngestProcess.StartAsync(postgres, sls?.Url ?? IngestRun.Nowhere);
        await postgres.ClearAsync();
        var run = await LoadRun.InOwnProcessAsync(order with { Url = ingest.Http });
        var shipped = sls is null ? null : await sls.DiscardedAsync();
        IngestRun.Refuse(run);
        return new(run, await postgres.AskAsync<long>("SELECT count(*) FROM spans"), shipped);
    }

    private static string[] Row(Endpoint endpoint, List<Measured> runs, List<Measured> first)
    {
        var (rate, p99) = (Rate(runs), P99(runs));
        var name = endpoint switch
        {
            Endpoint.Nowhere => "nobody there, nothing is shipped",
            Endpoint.Verifies => "verifies, unpacks, discards",
            _ => "takes requests and never answers",
        };
        return
        [
            name,
            Markdown.Whole(rate),
            Markdown.Ratio(rate, Rate(first)),
            Markdown.Ms(runs.Average(run => run.Load.P50Ms)),
            Markdown.Ms(p99),
            Markdown.Ratio(p99, P99(first)),
            runs[0].Shipped is null ? "–" : $"{100.0 * runs.Sum(run => run.Shipped ?? 0) / runs.Sum(run => run.Stored):0} %",
        ];

        static double Rate(List<Measured> runs) => runs.Average(run => run.Load.SpansPerSecond);

        static double P99(List<Measured> runs) => runs.Average(run => run.Load.P99Ms);
    }
}
