using System.Data.Common;
using LlmObs.Domain.Evaluators.Sql;
using LlmObs.Quality.Evaluation;
using LlmObs.Sls;
using LlmObs.Storage.Sandbox;
using Microsoft.Extensions.Options;

namespace LlmObs.Quality.Sql;

/// <summary>The configured sandboxes by name.</summary>
public sealed class Sandboxes : IDisposable
{
    private readonly HttpClient http = SlsClient.CreateHttp();

    public Sandboxes(IOptions<QualityOptions> options, IConfiguration configuration, TimeProvider time) =>
        All = options.Value.Connections.ToDictionary(
            pair => pair.Key,
            pair => Make(pair.Key, pair.Value, configuration, time),
            StringComparer.Ordinal
        );

    public IReadOnlyDictionary<string, ISqlSandbox> All { get; }

    /// <exception cref="EvaluationPausedException">There is no connection of that name: the job waits for an operator.</exception>
    public ISqlSandbox Get(string name) =>
        All.TryGetValue(name, out var sandbox)
            ? sandbox
            : throw new EvaluationPausedException($"There is no connection '{name}': set Quality:Connections:{name}.", TimeSpan.FromMinutes(1));

    public void Dispose() => http.Dispose();

    private ISqlSandbox Make(string name, SqlConnectionOptions options, IConfiguration configuration, TimeProvider time)
    {
        var connection = options.From is { Length: > 0 } from
            ? configuration.GetConnectionString(from)
                ?? throw new InvalidOperationException($"Quality:Connections:{name}:From names ConnectionStrings:{from}, which is not set.")
            : options.ConnectionString;
        var limits = new SqlLimits(options.TimeoutMs, options.MaxRows, options.MaxCharacters);
        return options.Dialect switch
        {
            "sls" => new SlsSandbox(
                new(SlsOptions.Parse(connection) with { Timeout = TimeSpan.FromMilliseconds(options.TimeoutMs), IncompleteRetries = 2 }, http, time),
                options.Logstore,
                TimeSpan.FromHours(options.WindowHours),
                limits,
                time
            ),
            "duckdb" => new DuckDbSandbox(connection, limits, time),
            _ => new PostgresSandbox(WithRole(connection, options), options.SearchPath, limits, time),
        };
    }

    private static string WithRole(string connection, SqlConnectionOptions options)
    {
        var parts = new DbConnectionStringBuilder { ConnectionString = connection };
        if (options.Username is { Length: > 0 } role)
        {
            (parts["Username"], parts["Password"]) = (role, options.Password ?? "");
        }

        return parts.ConnectionString;
    }
}
