namespace LlmObs.TraceLog;

/// <summary>In SQL: spans, each counted once however many logs it has.</summary>
/// <remarks>
/// Almost every span has one log, its first, which says <c>firstLog</c> as no other of the span does. So first logs are counted, and ids compared only of spans that
/// have another log among the matches: a version, a repeat, or a log written before there was <c>firstLog</c>. Comparing a million ids takes twenty times as long.
/// </remarks>
internal static class SpanCount
{
    /// <summary>Behind a table of logs. It adds the column <c>repeated</c>: the id of a span that has more than its first log among the matches; NULL in all other logs.</summary>
    public const string JoinRepeated = """
        left join (select "spanID" as repeated from log where "firstLog" is null group by "spanID") as repeats on "spanID" = repeated
        """;

    private const string IsFirst = "\"firstLog\" is not null";
    private const string IsRepeated = "\"spanID\" in (select \"spanID\" from log where \"firstLog\" is null)";

    /// <summary>A select of one row for each group, with the columns of the group and of the counts.</summary>
    /// <param name="source">What follows FROM: the logs, perhaps with more rows for each. In a group a log has one.</param>
    /// <param name="where">Which of its rows are counted, with its WHERE; empty for all.</param>
    /// <param name="group">The columns of a group, each a value and a name; without any there is one row.</param>
    /// <param name="by">What follows GROUP BY.</param>
    /// <param name="counts">Which spans of a group are counted, each a condition and a name.</param>
    public static string Select(
        string source,
        string where,
        IReadOnlyList<(string Value, string Name)> group,
        string by,
        params IReadOnlyList<(string Condition, string Name)> counts
    )
    {
        var columns = string.Concat(group.Select(column => $"{column.Value} as {column.Name}, "));
        var names = string.Join(", ", group.Select(column => column.Name));
        var (each, all) = group.Count == 0 ? ("", "") : ($"group by {by}", $"group by {names}");
        // The second adds what the first leaves out; where no span is repeated, it has nothing to read.
        return $"""
            select {string.Join(", ", group.Select(column => column.Name).Concat(counts.Select(count => $"sum({count.Name}) as {count.Name}")))}
            from (select {columns}{Counts("{0}")} from {source} {where} {each}
                  union all
                  select {columns}{Counts(
                "count(distinct case when {1} then \"spanID\" end) - {0}"
            )} from {source} {(where.Length == 0 ? "where" : where + " and")} {IsRepeated} {each}) as counted
            {all}
            """;

        string Counts(string format) =>
            string.Join(
                ", ",
                counts.Select(count =>
                    $"{string.Format(null, format, $"count_if({IsFirst} and {count.Condition})", count.Condition)} as {count.Name}"
                )
            );
    }
}
