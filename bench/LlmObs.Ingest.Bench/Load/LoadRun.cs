using System.Diagnostics;
using System.Text.Json;
using LlmObs.Ingest.Bench.Bodies;

namespace LlmObs.Ingest.Bench.Load;

/// <summary>What a load generator is told.</summary>
/// <param name="Seed">Of the ids: two runs with different seeds send different spans.</param>
internal sealed record LoadOrder(Uri Url, Protocol Protocol, int Batch, int Connections, double WarmUpSeconds, double Seconds, ulong Seed)
{
    /// <summary>Sends what real SDKs sent instead of made spans; <see cref="Batch"/> is then of no account.</summary>
    public bool IsCaptured { get; init; }
}

/// <summary>What it saw. What was answered after the warm-up and before the end is counted.</summary>
internal sealed record LoadResult(long Spans, long Requests, long Refused, double Seconds, double P50Ms, double P99Ms)
{
    /// <summary>Spans acknowledged in all, the warm-up's and the last ones' included.</summary>
    public long Acknowledged { get; init; }

    public double SpansPerSecond => Spans / Seconds;
}

/// <summary>The load generator: so many connections, each sending its next request when the last was answered.</summary>
internal static class LoadRun
{
    /// <summary>Runs it in a process of its own, so that its work and its garbage collections are not the server's or the harness's.</summary>
    public static async Task<LoadResult> InOwnProcessAsync(LoadOrder order)
    {
        using var process = Process.Start(
            new ProcessStartInfo(Environment.ProcessPath!, [typeof(LoadRun).Assembly.Location, "load", JsonSerializer.Serialize(order)])
            {
                RedirectStandardOutput = true,
            }
        )!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize<LoadResult>(output)!
            : throw new InvalidOperationException($"The load generator ended with {process.ExitCode}: {output}");
    }

    public static async Task<LoadResult> HereAsync(LoadOrder order)
    {
        var bodies = order.IsCaptured ? SpanBodies.Captured(order.Protocol) : SpanBodies.Make(order.Protocol, order.Batch);
        var numbers = new SpanNumbers(order.Seed);
        var counting = Stopwatch.GetTimestamp() + (long)(order.WarmUpSeconds * Stopwatch.Frequency);
        var end = counting + (long)(order.Seconds * Stopwatch.Frequency);
        var connections = await Task.WhenAll(Enumerable.Range(0, order.Connections).Select(number => ConnectAsync(number)));
        var milliseconds = connections.SelectMany(connection => connection.Milliseconds).ToList();
        var percentiles = new Percentiles(milliseconds);
        return new(
            connections.Sum(connection => connection.Spans),
            milliseconds.Count,
            connections.Sum(connection => connection.Refused),
            order.Seconds,
            percentiles.At(0.5),
            percentiles.At(0.99)
        )
        {
            Acknowledged = connections.Sum(connection => connection.Acknowledged),
        };

        async Task<Connection> ConnectAsync(int number)
        {
            await using var sender = await SenderAsync(order);
            var connection = new Connection(sender, bodies, numbers);
            await connection.RunAsync(first: number, counting, end);
            return connection;
        }
    }

    private static async Task<ISender> SenderAsync(LoadOrder order) =>
        order.Protocol == Protocol.Grpc
            ? new GrpcSender(order.Url)
            : await HttpSender.ConnectAsync(order.Url, order.Protocol == Protocol.Json ? "application/json" : "application/x-protobuf");

    private sealed class Connection(ISender sender, IReadOnlyList<SpanBody> bodies, SpanNumbers numbers)
    {
        public List<double> Milliseconds { get; } = [];

        public long Spans { get; private set; }

        public long Acknowledged { get; private set; }

        public long Refused { get; private set; }

        public async Task RunAsync(int first, long counting, long end)
        {
            for (var next = first; ; next++)
            {
                var body = bodies[next % bodies.Count];
                Fill(body);
                var sent = Stopwatch.GetTimestamp();
                if (sent >= end)
                {
                    return;
                }

                var isTaken = await sender.SendAsync();
                Acknowledged += isTaken ? body.SpanCount : 0;
                var answered = Stopwatch.GetTimestamp();
                if (answered >= counting && answered <= end)
                {
                    Count(body, isTaken, Stopwatch.GetElapsedTime(sent, answered).TotalMilliseconds);
                }
            }
        }

        private void Fill(SpanBody body)
        {
            var target = sender.Body(body.Bytes.Length).Span;
            body.Bytes.CopyTo(target);
            body.Stamp(target, numbers.Take(body.SpanCount));
        }

        private void Count(SpanBody body, bool isTaken, double milliseconds)
        {
            if (isTaken)
            {
                Milliseconds.Add(milliseconds);
                Spans += body.SpanCount;
            }
            else
            {
                Refused++;
            }
        }
    }

    /// <summary>Numbers of spans, each given once, whatever connection asks.</summary>
    private sealed class SpanNumbers(ulong seed)
    {
        private ulong next = seed << 40;

        public ulong Take(int count) => Interlocked.Add(ref next, (ulong)count) - (ulong)count;
    }
}
