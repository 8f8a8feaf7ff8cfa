namespace LlmObs.Domain.Evaluators.Sql;

/// <summary>How running a statement ended.</summary>
public enum SqlOutcome
{
    Ok,
    Syntax,
    UnknownTable,
    UnknownColumn,
    Type,
    Permission,
    Timeout,
    TooLarge,
    Other,
}

/// <summary>How far a statement came.</summary>
public enum SqlStage
{
    Parse,
    Explain,
    Run,
}

/// <summary>What a sandbox says of one statement.</summary>
/// <param name="Message">The database's own message; null when all went well.</param>
/// <param name="Code">The database's own code, such as an SQLSTATE.</param>
/// <param name="Position">The character of the statement the database points at, from 1.</param>
/// <param name="Result">What came back; null unless it ran.</param>
public sealed record SqlRun(SqlOutcome Outcome, SqlStage Stage, string? Message, string? Code, int? Position, SqlTable? Result, double ElapsedMs)
{
    public static SqlRun Refused(string message) => new(SqlOutcome.Permission, SqlStage.Parse, message, null, null, null, 0);
}

public enum SqlColumnType
{
    Text,
    Number,
    Time,
    Boolean,
    Other,
}

public sealed record SqlColumn(string Name, SqlColumnType Type);

/// <summary>Rows as text, each as long as the columns; null is NULL. Numbers are written invariantly.</summary>
/// <param name="IsCut">There were more rows than were read.</param>
public sealed record SqlTable(IReadOnlyList<SqlColumn> Columns, IReadOnlyList<IReadOnlyList<string?>> Rows, bool IsCut);

/// <summary>Limits of one run.</summary>
/// <param name="TimeoutMs">Of each statement sent, milliseconds.</param>
/// <param name="MaxRows">Rows read; the rest is left.</param>
/// <param name="MaxCharacters">Characters of all values as text; beyond, the result is too large.</param>
public sealed record SqlLimits(int TimeoutMs, int MaxRows, int MaxCharacters);

/// <summary>A place where generated SQL can be run and can change nothing.</summary>
public interface ISqlSandbox
{
    /// <summary><c>postgresql</c>, <c>sls</c> or <c>duckdb</c>.</summary>
    string Dialect { get; }

    /// <summary>Why this place is not safe to use, in words for an operator; null when it is.</summary>
    /// <exception cref="SqlSandboxAwayException">It cannot be reached.</exception>
    Task<string?> FindProblemAsync(CancellationToken cancellationToken);

    /// <summary>Parses, plans and runs one statement that reads. What the statement does wrong is in the result.</summary>
    /// <exception cref="SqlSandboxAwayException">The database cannot be reached: nothing is known of the statement.</exception>
    Task<SqlRun> RunAsync(string sql, CancellationToken cancellationToken);
}

/// <summary>The database behind a sandbox cannot be used now, or must not be. The same statement may be tried again.</summary>
public sealed class SqlSandboxAwayException(string message, Exception? innerException = null) : Exception(message, innerException);

public static class SqlOutcomes
{
    /// <summary>The word in labels: <c>unknown_table</c>, …</summary>
    public static string Word(this SqlOutcome outcome) =>
        outcome switch
        {
            SqlOutcome.Ok => "ok",
            SqlOutcome.Syntax => "syntax",
            SqlOutcome.UnknownTable => "unknown_table",
            SqlOutcome.UnknownColumn => "unknown_column",
            SqlOutcome.Type => "type",
            SqlOutcome.Permission => "permission",
            SqlOutcome.Timeout => "timeout",
            SqlOutcome.TooLarge => "too_large",
            _ => "other",
        };
}
