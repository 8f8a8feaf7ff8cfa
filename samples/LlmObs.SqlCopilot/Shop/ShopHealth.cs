using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LlmObs.SqlCopilot.Shop;

/// <summary>Ready once the shop's schema and its reader are there.</summary>
internal sealed class ShopHealth(ShopDatabase shop) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(
            shop.Reader.IsCompletedSuccessfully
                ? HealthCheckResult.Healthy("The sample shop is there.")
                : HealthCheckResult.Unhealthy(shop.LastError ?? "The sample shop is being made.")
        );
}
