using Dapper;
using Npgsql;

namespace LlmObs.Storage;

/// <summary>One statement of a piece of work that has several; for work of one there is <see cref="Database"/>.</summary>
internal static class Statements
{
    /// <returns>How many rows it wrote.</returns>
    public static Task<int> ExecuteAsync(this NpgsqlConnection connection, string sql, object? parameters, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));

    public static async Task<List<T>> QueryAsync<T>(
        this NpgsqlConnection connection,
        string sql,
        object? parameters,
        CancellationToken cancellationToken
    ) => (await connection.QueryAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken))).AsList();

    /// <summary>At most one row; the default of <typeparamref name="T"/> for none.</summary>
    public static Task<T?> FindAsync<T>(this NpgsqlConnection connection, string sql, object? parameters, CancellationToken cancellationToken) =>
        connection.QuerySingleOrDefaultAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));

    /// <summary>Exactly one row.</summary>
    public static Task<T> QuerySingleAsync<T>(
        this NpgsqlConnection connection,
        string sql,
        object? parameters,
        CancellationToken cancellationToken
    ) => connection.QuerySingleAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
}
