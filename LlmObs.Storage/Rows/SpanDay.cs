namespace LlmObs.Storage.Rows;

/// <summary>Which day's partition a span belongs to.</summary>
internal static class SpanDay
{
    /// <summary>The day of spans whose clock cannot be believed. Its partition always exists.</summary>
    public static readonly DateOnly OutsideTime = new(1970, 1, 1);

    private const int DaysBack = 400;
    private const int DaysAhead = 1;
    private const long NanosPerDay = 86_400_000_000_000;

    /// <summary>The UTC day of the start when it is within 400 days back and one ahead, else <see cref="OutsideTime"/>.</summary>
    public static DateOnly Of(long startUnixNano, DateOnly today)
    {
        // Rounded down, also before 1970, and in integers: a double would push the last nanosecond of a day into the next.
        var day = OutsideTime.AddDays((int)(startUnixNano / NanosPerDay) - (startUnixNano % NanosPerDay < 0 ? 1 : 0));
        return day >= today.AddDays(-DaysBack) && day <= today.AddDays(DaysAhead) ? day : OutsideTime;
    }

    public static DateOnly Today(TimeProvider time) => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
}
