using LlmObs.Ingest.Bench.Bodies;
using LlmObs.Ingest.Bench.Copy;
using LlmObs.Ingest.Bench.Load;
using LlmObs.Ingest.Bench.Stack;

namespace LlmObs.Ingest.Bench.Runs;

/// <summary>Durable ingest over OTLP/HTTP: the curve over batch sizes and connections, beside bare COPY of the same rows.</summary>
internal static class IngestRun
{
    private const int SampleSpans = 2000;
    private const double WarmUpSeconds = 8;

    // Nobody listens on the discard port: what is committed stays in the outbox, and nothing is shipped.
    public static readonly Uri Nowhere = new("http://127.0.0.1:9/");

    public static async Task RunAsync(double seconds, IReadOnlyList<int> batches, IReadOnlyList<int> connections)
    {
        await using var postgres = await BenchPostgres.StartAsync();
        await using var ingest = await IngestProcess.StartAsync(postgres, Nowhere);
        Console.WriteLine($"{Machine.Describe()}.\n\n{await postgres.SettingsAsync()}.\n");
        await WarmUpAsync(ingest, seed: 1);
        var seed = 3UL;
        var copy = await CopyAsync(postgres);
        Console.WriteLine(
            $"A span has {Markdown.Whole(SpanBodies.Make(Protocol.Protobuf, 100).Average(body => body.Bytes.Length / 100.0))} bytes in protobuf, a stored row and its content {Markdown.Whole(copy.Bytes)}.\n"
        );

        var rows = new List<IReadOnlyList<string>>();
        foreach (var batch in batches)
        {
            await postgres.ClearAsync();
            var bare = await copy.Client.RunAsync(batch, 1, seconds);
            rows.Add([
                $"{Markdown.Whole(batch)}",
                "COPY, 1 client",
                Markdown.Whole(bare.SpansPerSecond),
                "1.00",
                Markdown.Ms(bare.P50Ms),
                Markdown.Ms(bare.P99Ms),
                "",
                "",
            ]);
            foreach (var count in connections)
            {
                await postgres.ClearAsync();
                var before = Cpu();
                var run = await LoadRun.InOwnProcessAsync(new(ingest.Http, Protocol.Protobuf, batch, count, 1, seconds, seed++));
                var after = Cpu();
                var stored = await postgres.AskAsync<long>("SELECT count(*) FROM spans");
                var perThousand = 1000.0 / stored;
                rows.Add([
                    Markdown.Whole(batch),
                    Markdown.Whole(count),
                    Markdown.Whole(run.SpansPerSecond),
                    Markdown.Ratio(run.SpansPerSecond, bare.SpansPerSecond),
                    Markdown.Ms(run.P50Ms),
                    Markdown.Ms(run.P99Ms),
                    Markdown.Ms((after.Ingest - before.Ingest) * 1000 * perThousand),
                    Markdown.Ms((after.Postgres - before.Postgres) * 1000 * perThousand),
                ]);
                Refuse(run);
            }
        }

        Markdown.Table(
            ["spans a batch", "connections", "spans/s", "of COPY", "p50 ms", "p99 ms", "Ingest, CPU ms per 1,000", "PostgreSQL, CPU ms per 1,000"],
            rows
        );

        (double Ingest, double Postgres) Cpu() => (CpuClock.Of(ingest.ProcessId), CpuClock.OfTree(postgres.ProcessId));
    }

    /// <summary>Compiles what is hot, prepares statements, and leaves rows to be copied.</summary>
    /// <param name="seed">It takes the next one, too.</param>
    public static async Task WarmUpAsync(IngestProcess ingest, ulong seed)
    {
        await LoadRun.InOwnProcessAsync(new(ingest.Http, Protocol.Protobuf, 1, 16, 0, WarmUpSeconds, seed));
        await LoadRun.InOwnProcessAsync(new(ingest.Http, Protocol.Protobuf, 100, 8, 0, WarmUpSeconds, seed + 1));
    }

    /// <summary>COPY of the rows that are in the tables now.</summary>
    public static async Task<(BareCopy Client, double Bytes)> CopyAsync(BenchPostgres postgres)
    {
        var spans = await BinaryRows.ReadAsync(postgres.DataSource, "spans", SampleSpans);
        var contents = await BinaryRows.ReadAsync(postgres.DataSource, "span_contents", SampleSpans);
        return (
            new BareCopy(postgres.DataSource, spans, contents),
            spans.Rows.Average(row => row.Bytes.Length) + contents.Rows.Average(row => row.Bytes.Length)
        );
    }

    /// <summary>A number made while spans were refused would be a lie.</summary>
    public static void Refuse(LoadResult run)
    {
        if (run.Refused > 0)
        {
            Console.WriteLine($"{run.Refused} requests were refused.");
        }
    }
}
