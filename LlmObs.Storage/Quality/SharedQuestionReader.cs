using LlmObs.Domain.Quality;

namespace LlmObs.Storage.Quality;

/// <summary>The questions that two releases were both asked (<see cref="Questions"/>), among the newest requests of each.</summary>
public sealed class SharedQuestionReader(Database database)
{
    /// <summary>Requests of each release that are looked at: more would make the interval no narrower to the eye.</summary>
    public const int MaxRequests = 10_000;

    /// <param name="measure">sql_executable, sql_final, data_valid or errors.</param>
    public async Task<IReadOnlyList<Stratum>> StrataAsync(
        QualityFilter filter,
        string first,
        string second,
        Measure measure,
        CancellationToken cancellationToken
    )
    {
        var (successes, count) = Counts(measure);
        var sql = $"""
            WITH asked AS (
                ({Newest("@first")})
                UNION ALL
                ({Newest("@second")})
            )
            SELECT coalesce(sum(successes) FILTER (WHERE release = @first), 0)::bigint AS "FirstSuccesses",
                coalesce(sum(count) FILTER (WHERE release = @first), 0)::bigint AS "FirstCount",
                coalesce(sum(successes) FILTER (WHERE release = @second), 0)::bigint AS "SecondSuccesses",
                coalesce(sum(count) FILTER (WHERE release = @second), 0)::bigint AS "SecondCount"
            FROM asked
            GROUP BY question_key
            HAVING sum(count) FILTER (WHERE release = @first) > 0 AND sum(count) FILTER (WHERE release = @second) > 0
            """;
        var parameters = (filter with { Release = null }).Parameters(new { first, second });
        return await database.QueryAsync<Stratum>(sql, parameters, cancellationToken);

        string Newest(string release) =>
            $"""
                SELECT f.release, f.question_key, {successes} AS successes, {count} AS count
                FROM quality_facts AS f
                WHERE {QualityFilter.Sql} AND f.release = {release} AND f.question_key IS NOT NULL
                ORDER BY f.started_at DESC
                LIMIT {MaxRequests}
                """;
    }

    private static (string Successes, string Count) Counts(Measure measure) =>
        measure.Key switch
        {
            "sql_executable" => ("f.sql_executable", "f.sql_judged"),
            "sql_final" => ("(f.sql_final)::int", "(f.sql_final IS NOT NULL)::int"),
            "data_valid" => ("f.data_valid", "f.data_checked"),
            "errors" => ("f.has_failed::int", "1"),
            _ => throw new ArgumentOutOfRangeException(nameof(measure), measure.Key, "This measure is not compared question by question."),
        };
}
