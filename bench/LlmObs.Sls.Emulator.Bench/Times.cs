using System.Diagnostics;
using System.Globalization;

namespace LlmObs.Sls.Emulator.Bench;

/// <summary>Times of one question asked again and again, milliseconds.</summary>
internal sealed record Times(double Median, double P95)
{
    private const int Most = 20;
    private const int Least = 3;

    /// <summary>After one turn that does not count. What is slow is asked less often: the whole must end.</summary>
    public static async Task<Times> OfAsync<T>(Func<Task<T>> ask)
    {
        await ask();
        var times = new List<double>();
        for (var begin = Stopwatch.GetTimestamp(); times.Count < Most && (times.Count < Least || Stopwatch.GetElapsedTime(begin).TotalSeconds < 2); )
        {
            var started = Stopwatch.GetTimestamp();
            await ask();
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        times.Sort();
        return new Times(times[times.Count / 2], times[(int)Math.Round((times.Count - 1) * 0.95)]);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Median:N0} | {P95:N0}");
}
