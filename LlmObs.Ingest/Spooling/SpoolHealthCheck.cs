using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LlmObs.Ingest.Spooling;

/// <summary>Says when batches wait on local disk instead of in PostgreSQL. Never worse than Degraded: they are safe, and taking more goes on.</summary>
internal sealed class SpoolHealthCheck(Spool spool, TimeProvider time) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(
            spool.Status switch
            {
                { Fault: { } fault } => HealthCheckResult.Degraded($"There is no spool: {fault}"),
                { Records: > 0, OldestAt: { } oldest } waiting => HealthCheckResult.Degraded(
                    $"{waiting.Records} batches wait for PostgreSQL, the oldest for {(time.GetUtcNow() - oldest).TotalSeconds:0} s."
                ),
                { SetAside: > 0 } refused => HealthCheckResult.Degraded($"PostgreSQL refused {refused.SetAside} spooled batches; they are kept."),
                _ => HealthCheckResult.Healthy(),
            }
        );
}
