using System.Globalization;

namespace LlmObs.Web.Search;

/// <summary>A mark of the ruler under a chart: long with its label, or short without.</summary>
/// <param name="Position">In percent of the width.</param>
public sealed record RulerTick(double Position, string? Label);

/// <summary>Marks at round times of the reader's clock: full hours stay full hours whatever the range.</summary>
public static class TimeRuler
{
    private const int MostLabels = 8;

    private static readonly (TimeSpan Long, TimeSpan Short)[] Steps =
    [
        (TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5)),
        (TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10)),
        (TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(30)),
        (TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(1)),
        (TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(1)),
        (TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(5)),
        (TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(10)),
        (TimeSpan.FromHours(1), TimeSpan.FromMinutes(30)),
        (TimeSpan.FromHours(3), TimeSpan.FromHours(1)),
        (TimeSpan.FromHours(6), TimeSpan.FromHours(2)),
        (TimeSpan.FromHours(12), TimeSpan.FromHours(6)),
        (TimeSpan.FromDays(1), TimeSpan.FromHours(12)),
        (TimeSpan.FromDays(5), TimeSpan.FromDays(1)),
        (TimeSpan.FromDays(30), TimeSpan.FromDays(10)),
        (TimeSpan.FromDays(60), TimeSpan.FromDays(30)),
    ];

    public static IReadOnlyList<RulerTick> Ticks(DateTimeOffset from, DateTimeOffset to)
    {
        var whole = to - from;
        if (whole <= TimeSpan.Zero)
        {
            return [];
        }

        var (step, half) = Steps.FirstOrDefault(pair => whole / pair.Long <= MostLabels, Steps[^1]);
        var ticks = new List<RulerTick>();
        for (var clock = RoundUp(from.DateTime, half); clock <= to.DateTime; clock += half)
        {
            var position = 100.0 * (clock - from.DateTime).Ticks / whole.Ticks;
            ticks.Add(new(position, clock.Ticks % step.Ticks == 0 ? Label(clock, step) : null));
        }

        return ticks;
    }

    // Midnight is told by its date.
    private static string Label(DateTime clock, TimeSpan step) =>
        clock.ToString(
            clock.TimeOfDay == TimeSpan.Zero ? "MM-dd"
                : step < TimeSpan.FromMinutes(1) ? "HH:mm:ss"
                : "HH:mm",
            CultureInfo.InvariantCulture
        );

    private static DateTime RoundUp(DateTime clock, TimeSpan step) => new((clock.Ticks + step.Ticks - 1) / step.Ticks * step.Ticks);
}
