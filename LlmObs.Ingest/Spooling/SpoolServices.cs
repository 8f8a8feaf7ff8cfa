namespace LlmObs.Ingest.Spooling;

public static class SpoolServices
{
    /// <summary>Registers <see cref="DurableWriter"/>, the spool behind it and the loop that drains it. Needs Storage, <see cref="Shipping.ShippingQueue"/> and <see cref="IngestMetrics"/>.</summary>
    public static IServiceCollection AddSpool(this IServiceCollection services)
    {
        services.AddOptions<SpoolOptions>().BindConfiguration(SpoolOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<Spool>();
        services.AddSingleton<SpoolMetrics>();
        services.AddSingleton<DurableWriter>();
        services.AddHostedService<SpoolDrain>();
        services.AddHostedService<KeyFile>();
        services.AddHealthChecks().AddCheck<SpoolHealthCheck>("spool");
        return services;
    }
}
