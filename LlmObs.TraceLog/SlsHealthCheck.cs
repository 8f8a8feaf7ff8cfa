using LlmObs.Sls;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LlmObs.TraceLog;

/// <summary>Whether SLS answers. Its absence is never worse than Degraded: ingest goes on without it, and traces open from PostgreSQL.</summary>
internal sealed class SlsHealthCheck : IHealthCheck, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    // Probes come every few seconds: they make no spans of their own.
    private readonly HttpClient http = new(
        new SocketsHttpHandler { ActivityHeadersPropagator = null, PooledConnectionLifetime = TimeSpan.FromMinutes(5) }
    );
    private readonly SlsClient client;

    public SlsHealthCheck(SlsClient shared, TimeProvider time) => client = new(shared.Options with { Timeout = Patience }, http, time);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            return await client.ProjectExistsAsync(cancellationToken)
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Degraded($"The SLS project '{client.Options.Project}' does not exist yet.");
        }
        catch (SlsException exception)
        {
            return HealthCheckResult.Degraded($"{exception.Code}: {exception.Message}");
        }
    }

    public void Dispose() => http.Dispose();
}
