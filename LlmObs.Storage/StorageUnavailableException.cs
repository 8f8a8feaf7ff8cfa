using Npgsql;

namespace LlmObs.Storage;

/// <summary>PostgreSQL cannot be used now, though it may soon: down, starting, failing over, full, or still without its schema. The same call may be tried again: 503.</summary>
public sealed class StorageUnavailableException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>True when the database is at fault and not what it was asked.</summary>
    internal static bool IsOutage(NpgsqlException exception) =>
        exception switch
        {
            PostgresException { SqlState: var state } => exception.IsTransient || IsOutageState(state),
            // Without an SQLSTATE the connection broke, or could not be made.
            _ => true,
        };

    private static bool IsOutageState(string state) =>
        state switch
        {
            ['0', '8', ..] or ['5', '3', ..] or ['5', '7', 'P', ..] or ['5', '8', ..] => true,
            PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.LockNotAvailable => true,
            ['2', '8', ..] => true,
            _ => false,
        };
}
