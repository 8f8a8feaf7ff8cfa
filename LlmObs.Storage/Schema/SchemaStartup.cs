using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace LlmObs.Storage.Schema;

/// <summary>Who makes the schema: Ingest does, the others wait for it.</summary>
public sealed record SchemaOwnership(bool OwnsSchema);

/// <summary>Applies the migrations, or waits until somebody has, while PostgreSQL may still be starting. The service meanwhile runs and says that it is not ready.</summary>
public sealed partial class SchemaStartup(
    Migrator migrator,
    SchemaState state,
    SchemaOwnership ownership,
    TimeProvider time,
    ILogger<SchemaStartup> logger
) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        string? said = null;
        while (await ProblemAsync(stoppingToken) is { } problem)
        {
            state.NotReady(problem);
            if (problem != said)
            {
                Log.Waiting(logger, said = problem);
            }

            await Task.Delay(Pause, time, stoppingToken);
        }

        state.Ready();
        Log.Ready(logger);
    }

    private async Task<string?> ProblemAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (ownership.OwnsSchema)
            {
                await migrator.MigrateAsync(cancellationToken);
                return null;
            }

            return await migrator.MissingAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is NpgsqlException or SchemaException or TimeoutException)
        {
            return exception.Message;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "The database is not ready yet: {Problem}")]
        public static partial void Waiting(ILogger logger, string problem);

        [LoggerMessage(LogLevel.Information, "The database has the schema this build needs")]
        public static partial void Ready(ILogger logger);
    }
}
