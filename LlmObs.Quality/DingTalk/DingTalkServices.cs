using Microsoft.Extensions.Options;

namespace LlmObs.Quality.DingTalk;

public static class DingTalkServices
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Registers the exchange of label queues with DingTalk AI tables.</summary>
    public static TBuilder AddDingTalkTables<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        var services = builder.Services;
        services.AddOptions<DingTalkOptions>().BindConfiguration(DingTalkOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<CallPace>();
        services.AddSingleton(provider => new DingTalkToken(
            NewHttp(),
            provider.GetRequiredService<IOptions<DingTalkOptions>>(),
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton(provider => new DingTalkClient(
            NewHttp(),
            provider.GetRequiredService<DingTalkToken>(),
            provider.GetRequiredService<CallPace>(),
            provider.GetRequiredService<IOptions<DingTalkOptions>>(),
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton<RowContentReader>();
        services.AddSingleton<TableExchange>();
        services.AddHostedService<TableLoop>();
        return builder;
    }

    // Not from the factory: its handlers repeat calls, and inserts of our own are repeated by their token alone.
    private static HttpClient NewHttp() =>
        new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = CallTimeout };
}
