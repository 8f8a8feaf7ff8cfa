namespace LlmObs.Storage.Quality;

/// <summary>The hours of a window whose sums may stand for what they hold; the rest of it is read one by one.</summary>
internal sealed record WholeHours(DateTime FirstHour, DateTime EndHour)
{
    /// <summary>What is read one by one: the ends of the window, and hours that are due to be added up.</summary>
    public const string Ranges = """
        ranges (since, until) AS (
            VALUES (@from::timestamptz, @firstHour::timestamptz), (@endHour::timestamptz, @to::timestamptz)
            UNION ALL
            SELECT d.hour, d.hour + interval '1 hour' FROM quality_due_hours AS d
            WHERE d.project_id = @projectId AND d.hour >= @firstHour AND d.hour < @endHour
        )
        """;

    /// <summary>The hours themselves, of a table <c>h</c> of sums.</summary>
    public const string Sql = """
        h.project_id = @projectId AND h.hour >= @firstHour AND h.hour < @endHour
          AND (@service::text IS NULL OR h.service = @service OR (@service = '' AND h.service IS NULL))
          AND (@release::text IS NULL OR h.release = @release OR (@release = '' AND h.release IS NULL))
          AND (@environment::text IS NULL OR h.environment = @environment OR (@environment = '' AND h.environment IS NULL))
          AND NOT EXISTS (SELECT FROM quality_due_hours AS d WHERE d.project_id = h.project_id AND d.hour = h.hour)
        """;

    public static WholeHours Of(QualityFilter filter)
    {
        var (from, to) = (filter.From.UtcDateTime, filter.To.UtcDateTime);
        var first = Hour(from) == from ? from : Hour(from).AddHours(1);
        return first < Hour(to) ? new(first, Hour(to)) : None(filter);
    }

    public static WholeHours None(QualityFilter filter) => new(filter.To.UtcDateTime, filter.To.UtcDateTime);

    private static DateTime Hour(DateTime time) => new(time.Ticks / TimeSpan.TicksPerHour * TimeSpan.TicksPerHour, DateTimeKind.Utc);
}
