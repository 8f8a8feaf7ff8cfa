using Microsoft.Extensions.DependencyInjection;

namespace LlmObs.Storage.Dify;

internal static class DifyServices
{
    /// <summary>The way to Dify's own database, for the one service that reads it.</summary>
    public static void AddDifyDatabase(this IServiceCollection services)
    {
        services.AddOptions<DifyReaderOptions>().BindConfiguration(DifyReaderOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<DifyDatabase>();
        services.AddSingleton<DifyPages>();
        services.AddSingleton<DifyNameRows>();
        services.AddSingleton<DifyRunRows>();
        services.AddSingleton<DifyMessageRows>();
        services.AddSingleton<DifyOpenRows>();
        services.AddSingleton<DifyLinks>();
        services.AddSingleton<ToldCalls>();
    }
}
