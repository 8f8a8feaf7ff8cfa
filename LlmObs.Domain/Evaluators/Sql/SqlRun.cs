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

    public static SqlRun TooLarge(SqlLimits limits) =>
        new(
            SqlOutcome.TooLarge,
            SqlStage.Run,
            $"The result has a value of more than {SqlLimits.MaxValueCharacters} characters, or more than {limits.MaxCharacters} in all.",
            null,
            null,
            null,
            0
        );
}

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
