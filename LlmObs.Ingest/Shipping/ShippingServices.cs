using Microsoft.Extensions.Options;

namespace LlmObs.Ingest.Shipping;

public static class ShippingServices
{
    /// <summary>Registers the way to SLS: <see cref="ShippingQueue"/> to offer committed batches to, the shipper and the late-content loop. Needs Storage and TraceLog.</summary>
    public static TBuilder AddShipping<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddOptions<ShippingOptions>().BindConfiguration(ShippingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton(services => new ShippingPolicy(services.GetRequiredService<IOptions<ShippingOptions>>().Value, Jitter));
        builder.Services.AddSingleton<ShippingQueue>();
        builder.Services.AddSingleton(new WaitingSenders(Environment.ProcessorCount));
        builder.Services.AddSingleton<ShippingPause>();
        builder.Services.AddSingleton<ShippingMetrics>();
        builder.Services.AddSingleton<BatchShipper>();
        builder.Services.AddSingleton<BatchSender>();
        builder.Services.AddSingleton<ShippedBatches>();
        builder.Services.AddHostedService<SlsShipper>();
        builder.Services.AddHostedService<LateContentLoop>();
        return builder;
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage(
        "Security",
        "CA5394:Do not use insecure randomness",
        Justification = "It spreads retries; nobody gains by guessing it."
    )]
    private static double Jitter() => Random.Shared.NextDouble();
}
