using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LlmObs.Storage.Schema;

internal sealed class SchemaHealthCheck(SchemaState state) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(state.IsReady ? HealthCheckResult.Healthy() : new(context.Registration.FailureStatus, state.Problem));
}
