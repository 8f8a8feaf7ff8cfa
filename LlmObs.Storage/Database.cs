using LlmObs.Storage.Schema;
using Npgsql;

namespace LlmObs.Storage;

/// <summary>The one door to PostgreSQL: a connection for the time of one piece of work, and outages told apart from errors.</summary>
public sealed class Database(NpgsqlDataSource dataSource, SchemaState schema)
{
    /// <exception cref="StorageUnavailableException">PostgreSQL is away, or the schema is not there yet.</exception>
    internal async Task<T> RunAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        schema.ThrowIfMissing();
        try
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            return await work(connection);
        }
        catch (NpgsqlException exception) when (StorageUnavailableException.IsOutage(exception))
        {
            throw Away(exception);
        }
    }

    /// <summary>Work of several statements, all of which hold or none.</summary>
    /// <inheritdoc cref="RunAsync"/>
    internal Task<T> InTransactionAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken) =>
        RunAsync(
            async connection =>
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                var result = await work(connection);
                await transaction.CommitAsync(cancellationToken);
                return result;
            },
            cancellationToken
        );

    /// <summary>One statement.</summary>
    /// <returns>How many rows it wrote.</returns>
    /// <inheritdoc cref="RunAsync"/>
    internal Task<int> ExecuteAsync(string sql, object? parameters, CancellationToken cancellationToken) =>
        RunAsync(connection => connection.ExecuteAsync(sql, parameters, cancellationToken), cancellationToken);

    /// <summary>One question.</summary>
    /// <inheritdoc cref="RunAsync"/>
    internal Task<List<T>> QueryAsync<T>(string sql, object? parameters, CancellationToken cancellationToken) =>
        RunAsync(connection => connection.QueryAsync<T>(sql, parameters, cancellationToken), cancellationToken);

    /// <summary>One question with at most one row.</summary>
    /// <inheritdoc cref="RunAsync"/>
    internal Task<T?> FindAsync<T>(string sql, object? parameters, CancellationToken cancellationToken) =>
        RunAsync(connection => connection.FindAsync<T>(sql, parameters, cancellationToken), cancellationToken);

    /// <summary>Whether PostgreSQL answers a small question in that time.</summary>
    public async Task<bool> AnswersAsync(TimeSpan limit, TimeProvider time)
    {
        var answer = RunAsync(
            async connection =>
            {
                await using var command = connection.CreateCommand();
                command.CommandText = "SELECT 1";
                return await command.ExecuteScalarAsync();
            },
            CancellationToken.None
        );
        try
        {
            await answer.WaitAsync(limit, time);
            return true;
        }
        catch (Exception exception) when (exception is StorageUnavailableException or TimeoutException)
        {
            return false;
        }
    }

    /// <summary><see cref="RunAsync"/> for a caller that cannot await: ASP.NET's key ring.</summary>
    internal T Run<T>(Func<NpgsqlConnection, T> work)
    {
        schema.ThrowIfMissing();
        try
        {
            using var connection = dataSource.OpenConnection();
            return work(connection);
        }
        catch (NpgsqlException exception) when (StorageUnavailableException.IsOutage(exception))
        {
            throw Away(exception);
        }
    }

    private static StorageUnavailableException Away(NpgsqlException exception) => new($"PostgreSQL is not available: {exception.Message}", exception);
}
