using System.Diagnostics;

namespace LlmObs.Ingest.Bench.Runs;

/// <summary>What a piece of work costs: CPU of the whole process, garbage collections included, and bytes allocated on every thread.</summary>
/// <param name="CpuMs">For a thousand spans.</param>
/// <param name="Megabytes">For a thousand spans.</param>
internal sealed record StageCost(double CpuMs, double Megabytes)
{
    /// <summary>Repeats <paramref name="work"/> on one thread for so long, after as long to warm up: the compiler works on beside the code it compiles.</summary>
    /// <param name="work">Handles so many spans as it returns.</param>
    public static async Task<StageCost> OfAsync(double seconds, Func<int, Task<int>> work)
    {
        await RepeatAsync(seconds, work);
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        var (cpu, allocated) = (process.TotalProcessorTime, GC.GetTotalAllocatedBytes(precise: true));
        var spans = await RepeatAsync(seconds, work);
        process.Refresh();
        return new(
            (process.TotalProcessorTime - cpu).TotalMilliseconds * 1000 / spans,
            (GC.GetTotalAllocatedBytes(precise: true) - allocated) / 1e6 * 1000 / spans
        );
    }

    public static StageCost operator -(StageCost whole, StageCost part) => new(whole.CpuMs - part.CpuMs, whole.Megabytes - part.Megabytes);

    public static StageCost operator +(StageCost one, StageCost other) => new(one.CpuMs + other.CpuMs, one.Megabytes + other.Megabytes);

    private static async Task<long> RepeatAsync(double seconds, Func<int, Task<int>> work)
    {
        var spans = 0L;
        var began = Stopwatch.GetTimestamp();
        for (var turn = 0; Stopwatch.GetElapsedTime(began).TotalSeconds < seconds; turn++)
        {
            spans += await work(turn);
        }

        return spans;
    }
}
