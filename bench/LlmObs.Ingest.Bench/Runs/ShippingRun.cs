using LlmObs.Ingest.Bench.Bodies;
using LlmObs.Ingest.Bench.Load;
using LlmObs.Ingest.Bench.Stack;

namespace LlmObs.Ingest.Bench.Runs;

/// <summary>What SLS may cost those who wait for an acknowledgement: nothing shipped, everything shipped and verified, an endpoint that hangs. In turns, against drift.</summary>
internal static class ShippingRun
{
    private const int Turns = 2;
    private const double SettlingSeconds = 2;

    private enum Endpoint
    {
        Nowhere,
        Verifies,
        Hangs,
    }

    /// <param name="Stored">Spans in PostgreSQL at the end, those of the first seconds included.</param>
    /// <param name="Shipped">Logs that the endpoint took meanwhile.</param>
    /// <param name="Cpu">Seconds used meanwhile.</param>
    private sealed record Measured(LoadResult Load, long Stored, long? Shipped, Cpu Cpu);

    private sealed record Cpu(double Ingest, double Postgres, double Sls)
    {
        public static Cpu operator -(Cpu after, Cpu before) =>
            new(after.Ingest - before.Ingest, after.Postgres - before.Postgres, after.Sls - before.Sls);
    }

    public static async Task RunAsync(double seconds, int batch, int connections)
    {
        Console.WriteLine($"{Machine.Describe()}. Batches of {batch}, {connections} connections, the mean of {Turns} turns.\n");
        await using var postgres = await BenchPostgres.StartAsync();
        var seed = 0UL;
        var measured = Enum.GetValues<Endpoint>().ToDictionary(endpoint => endpoint, _ => new List<Measured>());
        for (var turn = 0; turn < Turns; turn++)
        {
            foreach (var (endpoint, runs) in measured)
            {
                runs.Add(
                    await MeasureAsync(
                        postgres,
                        endpoint,
                        new(IngestRun.Nowhere, Protocol.Protobuf, batch, connections, SettlingSeconds, seconds, seed += 3)
                    )
                );
            }
        }

        var nothingShipped = measured[Endpoint.Nowhere];
        Markdown.Table(
            [
                "SLS",
                "spans/s",
                "of the first",
                "p50 ms",
                "p99 ms",
                "p99 of the first",
                "shipped while it ran",
                "Ingest, CPU ms per 1,000",
                "PostgreSQL, CPU ms per 1,000",
                "SLS, CPU ms per 1,000",
            ],
            measured.Select(runs => Row(runs.Key, runs.Value, nothingShipped))
        );
    }

    private static async Task<Measured> MeasureAsync(BenchPostgres postgres, Endpoint endpoint, LoadOrder order)
    {
        await using var sls = endpoint == Endpoint.Nowhere ? null : await SlsProcess.StartAsync(hangs: endpoint == Endpoint.Hangs);
        await using var ingest = await IngestProcess.StartAsync(postgres, sls?.Url ?? IngestRun.Nowhere);
        await IngestRun.WarmUpAsync(ingest, order.Seed + 1);
        await postgres.ClearAsync();
        var shippedBefore = sls is null ? null : await sls.DiscardedAsync();
        var before = Used();
        var run = await LoadRun.InOwnProcessAsync(order with { Url = ingest.Http });
        var cpu = Used() - before;
        var shipped = sls is null ? null : await sls.DiscardedAsync() - shippedBefore;
        IngestRun.Refuse(run);
        return new(run, await postgres.AskAsync<long>("SELECT count(*) FROM spans"), shipped, cpu);

        Cpu Used() => new(CpuClock.Of(ingest.ProcessId), CpuClock.OfTree(postgres.ProcessId), sls is null ? 0 : CpuClock.Of(sls.ProcessId));
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
            PerThousand(cpu => cpu.Ingest),
            PerThousand(cpu => cpu.Postgres),
            PerThousand(cpu => cpu.Sls),
        ];

        string PerThousand(Func<Cpu, double> of) => Markdown.Ms(1e6 * runs.Sum(run => of(run.Cpu)) / runs.Sum(run => run.Stored));

        static double Rate(List<Measured> runs) => runs.Average(run => run.Load.SpansPerSecond);

        static double P99(List<Measured> runs) => runs.Average(run => run.Load.P99Ms);
    }
}
