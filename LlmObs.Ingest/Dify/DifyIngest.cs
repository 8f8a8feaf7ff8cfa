using LlmObs.Storage.Dify;
using Microsoft.Extensions.Options;

namespace LlmObs.Ingest.Dify;

/// <summary>Registers and maps what is particular to Dify. Needs Storage and Langfuse's ingestion.</summary>
public static class DifyIngest
{
    public static WebApplicationBuilder AddDifyIngest(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<LogstoreOptions>().BindConfiguration(LogstoreOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<DifySpanOptions>().BindConfiguration(DifySpanOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<DifyWriter>();
        services.AddSingleton<DifyCanvases>();
        services.AddSingleton(provider => new DifyReaderPolicy(
            provider.GetRequiredService<IOptions<DifyReaderOptions>>().Value,
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton<ToldSpanTurn>();
        services.AddSingleton<ToldSpanMetrics>();
        services.AddHostedService<ToldSpanLoop>();
        services.AddSingleton<DifyReader>();
        services.AddSingleton<LogstoreReader>();
        if (IsConfigured(builder, DifyReaderOptions.Section))
        {
            services.AddHostedService<DifyReaderLoop<DifyReader>>();
        }

        if (IsConfigured(builder, LogstoreOptions.Section))
        {
            services.AddHostedService<DifyReaderLoop<LogstoreReader>>();
        }

        return builder;
    }

    /// <summary>Maps the paths of Dify's providers that are no other client's. Comes before the routes it leads to.</summary>
    public static WebApplication MapDifyIngest(this WebApplication app)
    {
        app.Use(AliyunPaths.RewriteAsync);
        return app;
    }

    private static bool IsConfigured(WebApplicationBuilder builder, string section) =>
        !string.IsNullOrEmpty(builder.Configuration[$"{section}:ConnectionString"]);
}
