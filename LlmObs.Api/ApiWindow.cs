using System.Globalization;

namespace LlmObs.Api;

/// <summary>The time window of a request: ISO 8601, Unix seconds or milliseconds; the last 24 hours when nothing is said.</summary>
internal static class ApiWindow
{
    private static readonly TimeSpan Default = TimeSpan.FromHours(24);
    private const long FirstMillisecondsValue = 100_000_000_000;

    public static (DateTimeOffset From, DateTimeOffset To) Read(string? from, string? to, TimeProvider time)
    {
        // The end is exclusive and SLS counts in seconds: a span of this very second belongs to the window.
        var end = to is null ? time.GetUtcNow().AddSeconds(1) : Parse("to", to);
        var start = from is null ? end - Default : Parse("from", from);
        return start < end ? (start, end) : throw new ApiArgumentException("from", $"must be before to ({start:O} is not before {end:O}).");
    }

    private static DateTimeOffset Parse(string name, string text)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number < FirstMillisecondsValue
                ? DateTimeOffset.FromUnixTimeSeconds(number)
                : DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(number, 253402300799999));
        }

        return DateTimeOffset.TryParse(
            text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var time
        )
            ? time
            : throw new ApiArgumentException(name, $"'{text}' is no time: use ISO 8601 (2026-01-31T08:00:00Z) or Unix seconds.");
    }
}

/// <summary>A parameter that cannot be used; becomes a 400 that names it.</summary>
internal sealed class ApiArgumentException(string parameter, string problem) : Exception($"{parameter}: {problem}")
{
    public string Parameter => parameter;
}
