namespace LlmObs.TraceLog;

/// <summary>In SQL: spans, each counted once however many logs it has.</summary>
/// <remarks>
/// Almost every span has one log, its first, which says <c>firstLog</c> as no other of the span does. So logs are counted, and ids compared only of spans that
/// have another log among the matches: a version, a repeat, or a log written before there was <c>firstLog</c>. Comparing a million ids takes twenty times as long.
/// </remarks>
internal static class SpanCount
{
    /// <summary>Behind a table of logs. It adds the column <c>repeated</c>: the id of a span that has more than its first log among the matches; NULL in all other logs.</summary>
    public const string Join = """
        left join (select "spanID" as repeated from log where "firstLog" is null group by "spanID") as repeats on "spanID" = repeated
        """;

    /// <summary>Over logs with <see cref="Join"/>: how many spans they are of.</summary>
    public const string All = "count_if(repeated is null) + count(distinct repeated)";

    /// <summary>As <see cref="All"/>, of the logs for which a condition holds.</summary>
    public static string Where(string condition) =>
        $"count_if(repeated is null and {condition}) + count(distinct case when {condition} then repeated end)";
}
