using LlmObs.Storage.Dify;
using Microsoft.Extensions.Options;

namespace LlmObs.Ingest.Dify;

/// <summary>Registers what is particular to Dify: the reader of its database, and the mapping of its steps. Needs Storage and Langfuse's ingestion.</summary>
public static class DifyIngest
{
    public static WebApplicationBuilder AddDifyIngest(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<DifyWriter>();
        services.AddSingleton(provider => new DifyReaderPolicy(
            provider.GetRequiredService<IOptions<DifyReaderOptions>>().Value,
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton<DifyReader>();
        services.AddHostedService<DifyReaderLoop>();
        return builder;
    }
}
