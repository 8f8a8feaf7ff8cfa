using System.Globalization;

namespace LlmObs.Web.Search;

/// <summary>What time a search covers: the last so much, or from one moment to another.</summary>
/// <param name="Last"><c>15m</c>, <c>24h</c>, <c>7d</c>; null for an absolute range.</param>
public sealed record TimeRange(string? Last, DateTimeOffset From = default, DateTimeOffset To = default)
{
    public static readonly TimeRange Default = new("24h");

    /// <summary>What the menu offers.</summary>
    public static readonly IReadOnlyList<string> Presets = ["15m", "1h", "6h", "24h", "7d", "30d"];

    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    public static TimeRange Between(DateTimeOffset a, DateTimeOffset b) => new(null, a < b ? a : b, a < b ? b : a);

    /// <summary>The whole minute that a moment lies in.</summary>
    public static TimeRange MinuteOf(DateTimeOffset at)
    {
        var from = new DateTimeOffset(at.Ticks - at.Ticks % TimeSpan.TicksPerMinute, at.Offset);
        return Between(from, from.AddMinutes(1));
    }

    /// <summary>Reads <c>range=24h</c>, or <c>from=…&amp;to=…</c> in ISO 8601. Nonsense is the default, since an address is typed by people.</summary>
    /// <param name="toMoment">What a wall clock without an offset means to the reader.</param>
    public static TimeRange Read(string? range, string? from, string? to, DateTimeOffset now, Func<DateTime, DateTimeOffset> toMoment)
    {
        var (start, end) = (Moment(from, toMoment), Moment(to, toMoment));
        return (start, end) switch
        {
            ({ } a, { } b) => Between(a, b),
            ({ } a, null) => Between(a, now),
            (null, { } b) => new(null, b.AddDays(-1), b),
            _ => Length(range) is not null ? new(range) : Default,
        };
    }

    /// <summary>True when a moment came without an offset, as forms send it: the address should be rewritten before it is shared.</summary>
    public static bool IsLocal(string? moment) =>
        DateTime.TryParse(moment, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var parsed)
        && parsed.Kind == DateTimeKind.Unspecified;

    /// <summary>How far to look back to find something; null when the usual range does.</summary>
    /// <param name="unixNano">When it was, nanoseconds since 1970.</param>
    public static string? Reaching(long unixNano, DateTimeOffset now)
    {
        var age = now - DateTimeOffset.UnixEpoch.AddTicks(unixNano / 100);
        return age < Default.Span ? null : Presets.Append("366d").FirstOrDefault(preset => Length(preset) > age);
    }

    /// <summary>How long the range is.</summary>
    public TimeSpan Span => Length(Last) ?? To - From;

    public (DateTimeOffset From, DateTimeOffset To) Window(DateTimeOffset now) => Last is null ? (From, To) : (now - Span, now);

    /// <summary>As long a range, right before this one.</summary>
    public TimeRange Earlier(DateTimeOffset now) => Moved(now, -Span);

    /// <summary>As long a range, right after this one; null when that has not begun.</summary>
    public TimeRange? Later(DateTimeOffset now) => Last is null && To < now ? Moved(now, Span) : null;

    /// <summary>Twice as long around the same middle, not reaching into the future.</summary>
    public TimeRange Wider(DateTimeOffset now)
    {
        var (from, to) = Window(now);
        var half = Span / 2;
        return Between(from - half - (to + half > now ? to + half - now : TimeSpan.Zero), to + half > now ? now : to + half);
    }

    private TimeRange Moved(DateTimeOffset now, TimeSpan by)
    {
        var (from, to) = Window(now);
        return Between(from + by, to + by);
    }

    /// <summary>The moment as an address carries it: UTC, so that it means the same to whoever opens it.</summary>
    public static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFF'Z'", CultureInfo.InvariantCulture);

    private static TimeSpan? Length(string? last)
    {
        if (
            last is not { Length: >= 2 and <= 6 }
            || !int.TryParse(last[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || count == 0
        )
        {
            return null;
        }

        TimeSpan? length = last[^1] switch
        {
            'm' => TimeSpan.FromMinutes(count),
            'h' => TimeSpan.FromHours(count),
            'd' => TimeSpan.FromDays(count),
            _ => null,
        };
        return length <= Longest ? length : null;
    }

    private static DateTimeOffset? Moment(string? text, Func<DateTime, DateTimeOffset> toMoment)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        if (IsLocal(text))
        {
            return toMoment(DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.None));
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var at) ? at : null;
    }
}
