using System.Diagnostics;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;

namespace LlmObs.Storage.Dify;

/// <summary>What reading has cost Dify's database since the last <see cref="DifyDatabase.TakeLoad"/>.</summary>
public sealed record DifyLoad(long Queries, long Rows, TimeSpan Busy);

/// <summary>The door to Dify's database: one connection, one statement at a time, each of them short, paced and read only.</summary>
/// <remarks>
/// No transaction outlives its statement, so that a replica can go on replaying. The planner may not choose a sequential scan where an index
/// serves, whatever it thinks of the table's size.
/// </remarks>
public sealed class DifyDatabase(IOptions<DifyReaderOptions> options, TimeProvider time) : IAsyncDisposable
{
    private readonly QueryPace pace = new(options.Value.QueriesPerMinute, time);
    private readonly NpgsqlDataSource dataSource = Open(options.Value);
    private long queries;
    private long rows;
    private long busyTicks;

    public DifyLoad TakeLoad() =>
        new(
            Interlocked.Exchange(ref queries, 0),
            Interlocked.Exchange(ref rows, 0),
            Stopwatch.GetElapsedTime(0, Interlocked.Exchange(ref busyTicks, 0))
        );

    public ValueTask DisposeAsync() => dataSource.DisposeAsync();

    /// <exception cref="DifyUnavailableException">Away, or the query took too long.</exception>
    internal async Task<List<T>> QueryAsync<T>(string sql, object? parameters, CancellationToken cancellationToken)
    {
        await pace.WaitAsync(cancellationToken);
        var began = Stopwatch.GetTimestamp();
        try
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            var found = (await connection.QueryAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken))).AsList();
            Interlocked.Add(ref rows, found.Count);
            return found;
        }
        catch (NpgsqlException exception)
        {
            throw new DifyUnavailableException($"Dify's database does not answer as it should: {exception.Message}", exception);
        }
        finally
        {
            Interlocked.Increment(ref queries);
            Interlocked.Add(ref busyTicks, Stopwatch.GetTimestamp() - began);
        }
    }

    private static NpgsqlDataSource Open(DifyReaderOptions options)
    {
        var connection = new NpgsqlConnectionStringBuilder(options.ConnectionString)
        {
            ApplicationName = "llmobs-dify-reader",
            MaxPoolSize = 1,
            CommandTimeout = options.StatementTimeoutSeconds + 5,
            Options =
                $"-c statement_timeout={options.StatementTimeoutSeconds}s -c default_transaction_read_only=on -c enable_seqscan=off -c TimeZone=UTC",
        };
        return NpgsqlDataSource.Create(connection.ConnectionString);
    }
}
