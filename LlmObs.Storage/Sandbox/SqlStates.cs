using LlmObs.Domain.Evaluators.Sql;
using Npgsql;

namespace LlmObs.Storage.Sandbox;

/// <summary>What PostgreSQL's codes mean for a generated statement.</summary>
internal static class SqlStates
{
    /// <summary>Null when the server is at fault and not the statement.</summary>
    public static SqlOutcome? Outcome(string state) =>
        state switch
        {
            PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName => SqlOutcome.UnknownTable,
            PostgresErrorCodes.UndefinedColumn => SqlOutcome.UnknownColumn,
            PostgresErrorCodes.UndefinedFunction
            or PostgresErrorCodes.DatatypeMismatch
            or PostgresErrorCodes.CannotCoerce
            or PostgresErrorCodes.IndeterminateDatatype
            or PostgresErrorCodes.InvalidTextRepresentation
            or PostgresErrorCodes.InvalidDatetimeFormat
            or PostgresErrorCodes.DatetimeFieldOverflow
            or PostgresErrorCodes.NumericValueOutOfRange => SqlOutcome.Type,
            PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.ReadOnlySqlTransaction => SqlOutcome.Permission,
            PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.LockNotAvailable => SqlOutcome.Timeout,
            PostgresErrorCodes.OutOfMemory or PostgresErrorCodes.DiskFull or PostgresErrorCodes.ConfigurationLimitExceeded or ['5', '4', ..] =>
                SqlOutcome.TooLarge,
            // The statement has parameters nobody gave a value.
            PostgresErrorCodes.ProtocolViolation or PostgresErrorCodes.UndefinedParameter => SqlOutcome.Syntax,
            ['4', '2', ..] or PostgresErrorCodes.FeatureNotSupported => SqlOutcome.Syntax,
            ['0', '8', ..] or ['5', '3', ..] or ['5', '7', ..] or ['5', '8', ..] or ['X', 'X', ..] or ['2', '8', ..] => null,
            _ => SqlOutcome.Other,
        };
}
