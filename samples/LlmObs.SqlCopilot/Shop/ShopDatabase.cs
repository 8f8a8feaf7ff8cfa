using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Npgsql;

namespace LlmObs.SqlCopilot.Shop;

/// <summary>Makes the schema <c>shop</c>, its data and the read-only role in the database <c>llmobs</c>, and keeps trying while the server is away.</summary>
internal sealed partial class ShopDatabase(
    IConfiguration configuration,
    IOptions<ShopOptions> options,
    TimeProvider time,
    ILogger<ShopDatabase> logger
) : BackgroundService
{
    private const string Mark = "LlmObs sample shop, last day ";
    private readonly TaskCompletionSource<NpgsqlDataSource> _reader = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The connection of the read-only role, there once the shop is ready.</summary>
    public Task<NpgsqlDataSource> Reader => _reader.Task;

    /// <summary>Why the shop is not ready yet.</summary>
    public string? LastError { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                _reader.TrySetResult(await PrepareAsync(stoppingToken));
                return;
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LastError = exception.Message;
                Log.NotReady(logger, exception);
                await Task.Delay(TimeSpan.FromSeconds(2), time, stoppingToken);
            }
        }
    }

    public override void Dispose()
    {
        if (_reader.Task is { IsCompletedSuccessfully: true } made)
        {
            made.GetAwaiter().GetResult().Dispose();
        }

        base.Dispose();
    }

    internal async Task<NpgsqlDataSource> PrepareAsync(CancellationToken cancellationToken)
    {
        var owner =
            configuration.GetConnectionString("llmobs")
            ?? throw new InvalidOperationException("There is no connection string: set ConnectionStrings:llmobs.");
        var password = options.Value.ReaderPassword ?? RandomNumberGenerator.GetHexString(48, lowercase: true);
        await using (var source = NpgsqlDataSource.Create(owner))
        await using (var connection = await source.OpenConnectionAsync(cancellationToken))
        await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
        {
            // Several copilots may start at once; the second finds the work done.
            await RunAsync(connection, "SELECT pg_advisory_xact_lock(hashtext('llmobs sample shop'))", cancellationToken);
            await FillIfStaleAsync(connection, cancellationToken);
            await MakeReaderAsync(connection, password, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(owner)
            {
                Username = options.Value.ReaderRole,
                Password = password,
                ApplicationName = "sql-copilot",
                MaxPoolSize = 8,
            }
        );
    }

    /// <summary>Whether the past week was played into this database already; true from now on.</summary>
    public async Task<bool> WasPlayedAsync(CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(configuration.GetConnectionString("llmobs")!);
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        // A schema of its own: the shop's is made anew each day.
        await RunAsync(
            connection,
            "CREATE SCHEMA IF NOT EXISTS sqlcopilot; CREATE TABLE IF NOT EXISTS sqlcopilot.past_week (only_row boolean PRIMARY KEY DEFAULT true);",
            cancellationToken
        );
        await using var command = new NpgsqlCommand("INSERT INTO sqlcopilot.past_week DEFAULT VALUES ON CONFLICT DO NOTHING", connection);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 0;
    }

    /// <summary>The data ends on the day it was made. Later the questions about "today" would find nothing, so it is made again.</summary>
    private async Task FillIfStaleAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var mark = Mark + today.ToString("O", CultureInfo.InvariantCulture);
        await using var command = new NpgsqlCommand(
            "SELECT coalesce(obj_description(oid, 'pg_namespace'), '') FROM pg_namespace WHERE nspname = 'shop'",
            connection
        );
        var found = (string?)await command.ExecuteScalarAsync(cancellationToken);
        if (found == mark)
        {
            return;
        }

        if (found is not null && !found.StartsWith(Mark, StringComparison.Ordinal))
        {
            throw new InvalidOperationException(
                "The database has a schema shop that this sample did not make; it is left alone. Give the sample another database."
            );
        }

        await RunAsync(
            connection,
            $"DROP SCHEMA IF EXISTS shop CASCADE; CREATE SCHEMA shop; COMMENT ON SCHEMA shop IS '{mark}'; SET LOCAL search_path = shop;",
            cancellationToken
        );
        await RunAsync(connection, Texts.Read("shop.sql"), cancellationToken);
        await ShopFiller.FillAsync(connection, ShopWorld.Build(today), cancellationToken);
        await RunAsync(connection, "ANALYZE stores, products, users, orders, order_items, refunds;", cancellationToken);
        Log.Filled(logger, today);
    }

    private async Task MakeReaderAsync(NpgsqlConnection connection, string password, CancellationToken cancellationToken)
    {
        var role = options.Value.ReaderRole;
        await using var command = new NpgsqlCommand("SELECT count(*) FROM pg_roles WHERE rolname = $1", connection)
        {
            Parameters = { new() { Value = role } },
        };
        var verb = (long)(await command.ExecuteScalarAsync(cancellationToken))! == 0 ? "CREATE" : "ALTER";
        var database = "\"" + connection.Database.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
        await RunAsync(
            connection,
            $"""
            {verb} ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOINHERIT PASSWORD '{password}';
            ALTER ROLE {role} IN DATABASE {database} SET default_transaction_read_only = on;
            ALTER ROLE {role} IN DATABASE {database} SET statement_timeout = {options.Value.StatementTimeoutMs};
            ALTER ROLE {role} IN DATABASE {database} SET idle_in_transaction_session_timeout = 10000;
            ALTER ROLE {role} IN DATABASE {database} SET search_path = shop;
            ALTER ROLE {role} IN DATABASE {database} SET timezone = 'UTC';
            -- The copilot's mistakes are in its traces; the server's log need not repeat them. Only a superuser may say so.
            DO $do$ BEGIN
                ALTER ROLE {role} IN DATABASE {database} SET log_min_messages = 'fatal';
            EXCEPTION WHEN insufficient_privilege THEN NULL;
            END $do$;
            GRANT USAGE ON SCHEMA shop TO {role};
            GRANT SELECT ON ALL TABLES IN SCHEMA shop TO {role};
            """,
            cancellationToken
        );
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The sample shop is not ready; trying again in 2 s.")]
        public static partial void NotReady(ILogger logger, Exception exception);

        [LoggerMessage(LogLevel.Information, "The sample shop was filled; its last day is {Today}.")]
        public static partial void Filled(ILogger logger, DateOnly today);
    }
}
