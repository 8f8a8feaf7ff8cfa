using LlmObs.Domain.Evaluators.Sql;

namespace LlmObs.Storage.Sandbox;

/// <summary>What is refused by its text, before PostgreSQL sees it.</summary>
internal static class SqlGate
{
    private const int MostCharacters = 100_000;

    /// <summary>The refusal, or null when the statement may be tried.</summary>
    /// <param name="forbidden">Functions that may not be called, as the catalogue spells them.</param>
    public static SqlRun? FindFault(string sql, IReadOnlySet<string> forbidden)
    {
        if (sql.Length > MostCharacters)
        {
            return new(
                SqlOutcome.TooLarge,
                SqlStage.Parse,
                $"The statement has {sql.Length} characters; the limit is {MostCharacters}.",
                null,
                null,
                null,
                0
            );
        }

        // The wire ends a text with this character.
        if (sql.Contains('\0', StringComparison.Ordinal))
        {
            return new(
                SqlOutcome.Syntax,
                SqlStage.Parse,
                "The statement holds the character U+0000.",
                null,
                sql.IndexOf('\0', StringComparison.Ordinal) + 1,
                null,
                0
            );
        }

        return CalledFunctions.In(sql) switch
        {
            null => SqlRun.Refused("The statement has names in escaped form (U&\"…\"), or ends inside a string or a comment."),
            var called when called.FirstOrDefault(forbidden.Contains) is { } name => SqlRun.Refused($"The function {name} may not be called here."),
            _ => null,
        };
    }
}
