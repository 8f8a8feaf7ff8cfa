using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace LlmObs.Ingest.Reconciling;

public static class ReconcilingServices
{
    /// <summary>Registers the ledger: the comparison of PostgreSQL with SLS, and the health check <c>ledger</c>. Needs Storage and TraceLog.</summary>
    public static TBuilder AddReconciling<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddOptions<LedgerOptions>().BindConfiguration(LedgerOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton(services => new LedgerPolicy(services.GetRequiredService<IOptions<LedgerOptions>>().Value));
        builder.Services.AddSingleton<LedgerMetrics>();
        builder.Services.AddSingleton<SurplusRemover>();
        builder.Services.AddSingleton<Reconciler>();
        builder.Services.AddHostedService<LedgerLoop>();
        builder.Services.AddHealthChecks().AddCheck<LedgerHealthCheck>("ledger", HealthStatus.Degraded);
        return builder;
    }
}
