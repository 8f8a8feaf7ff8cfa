namespace LlmObs.Domain.Evaluators.Sql;

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

/// <summary>Limits of one run.</summary>
/// <param name="TimeoutMs">Of each statement sent, milliseconds.</param>
/// <param name="MaxRows">Rows read; the rest is left.</param>
/// <param name="MaxCharacters">Characters of all values as text; beyond, the result is too large.</param>
public sealed record SqlLimits(int TimeoutMs, int MaxRows, int MaxCharacters)
{
    /// <summary>Characters of one value as text; beyond, the result is too large as well.</summary>
    public const int MaxValueCharacters = 65_536;
}

/// <summary>The database behind a sandbox cannot be used now, or must not be. The same statement may be tried again.</summary>
public sealed class SqlSandboxAwayException(string message, Exception? innerException = null) : Exception(message, innerException);
