using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Microsoft.Extensions.Hosting;

/// <summary>Settings of a PostgreSQL connection: <c>Aspire:Npgsql</c>, then <c>Aspire:Npgsql:{name}</c>, then <c>ConnectionStrings:{name}</c>.</summary>
public sealed class NpgsqlSettings
{
    public string? ConnectionString { get; set; }
    public bool DisableHealthChecks { get; set; }
    public bool DisableTracing { get; set; }
    public bool DisableMetrics { get; set; }
}

/// <summary>Stands in for Aspire.Npgsql where that package cannot be restored: same method, same settings, same effects (docs/adr/0003-npgsql-without-aspire.md).</summary>
public static class NpgsqlDataSourceExtensions
{
    private const string Section = "Aspire:Npgsql";

    public static void AddNpgsqlDataSource(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<NpgsqlSettings>? configureSettings = null,
        Action<NpgsqlDataSourceBuilder>? configureDataSourceBuilder = null
    )
    {
        var settings = new NpgsqlSettings();
        builder.Configuration.GetSection(Section).Bind(settings);
        builder.Configuration.GetSection($"{Section}:{connectionName}").Bind(settings);
        if (builder.Configuration.GetConnectionString(connectionName) is { } connectionString)
        {
            settings.ConnectionString = connectionString;
        }

        configureSettings?.Invoke(settings);

        builder.Services.AddNpgsqlDataSource(
            settings.ConnectionString ?? "",
            dataSource =>
            {
                if (string.IsNullOrEmpty(settings.ConnectionString))
                {
                    throw new InvalidOperationException(
                        $"There is no connection string: set ConnectionStrings:{connectionName}, or ConnectionString in {Section} or {Section}:{connectionName}."
                    );
                }

                configureDataSourceBuilder?.Invoke(dataSource);
            }
        );

        if (!settings.DisableHealthChecks && builder.Properties.TryAdd("Npgsql.HealthCheck", true))
        {
            builder.Services.AddHealthChecks().AddCheck<NpgsqlHealthCheck>("PostgreSql");
        }

        if (!settings.DisableTracing)
        {
            builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddNpgsql());
        }

        if (!settings.DisableMetrics)
        {
            builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter("Npgsql"));
        }
    }

    private sealed class NpgsqlHealthCheck(NpgsqlDataSource dataSource) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
                await using var command = connection.CreateCommand();
                command.CommandText = "SELECT 1;";
                await command.ExecuteScalarAsync(cancellationToken);
                return HealthCheckResult.Healthy();
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                return new(context.Registration.FailureStatus, exception.Message, exception);
            }
        }
    }
}
