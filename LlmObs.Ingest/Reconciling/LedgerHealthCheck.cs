using LlmObs.Storage;
using LlmObs.Storage.Reconciling;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LlmObs.Ingest.Reconciling;

/// <summary>Degraded while SLS lacks spans: nothing is lost, but a search does not show all.</summary>
internal sealed class LedgerHealthCheck(SpanLedger ledger) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var status = await ledger.StatusAsync(cancellationToken);
            return status.Gaps == 0
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Degraded($"SLS lacks {status.MissingSpans} spans of {status.Gaps} minutes.");
        }
        catch (StorageUnavailableException exception)
        {
            return HealthCheckResult.Degraded(exception.Message);
        }
    }
}
