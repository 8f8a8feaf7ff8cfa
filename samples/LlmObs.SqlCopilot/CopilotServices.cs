using LlmObs.SqlCopilot.Knowledge;
using LlmObs.SqlCopilot.Model;
using LlmObs.SqlCopilot.Scripted;
using LlmObs.SqlCopilot.Shop;
using LlmObs.SqlCopilot.Steps;
using LlmObs.SqlCopilot.Telemetry;
using LlmObs.SqlCopilot.Visitors;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace LlmObs.SqlCopilot;

internal static class CopilotServices
{
    public static IServiceCollection AddCopilot(this IServiceCollection services)
    {
        services.AddOptions<CopilotOptions>().BindConfiguration(CopilotOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<ShopOptions>().BindConfiguration(ShopOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<VisitorsOptions>().BindConfiguration(VisitorsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<ScriptedModelOptions>().BindConfiguration(ScriptedModelOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services
            .AddOptions<ModelOptions>()
            .BindConfiguration(ModelOptions.Section)
            .Validate(model => model.IsScripted || !string.IsNullOrEmpty(model.Name), "Model:Name must be set with Model:Endpoint.")
            .ValidateOnStart();

        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<CopilotTelemetry>().AddHostedService(provider => provider.GetRequiredService<CopilotTelemetry>());
        services.AddSingleton<ShopDatabase>().AddHostedService(provider => provider.GetRequiredService<ShopDatabase>());
        services
            .AddSingleton<ShopReader>()
            .AddSingleton<ScriptedModelEndpoint>()
            .AddSingleton<Conversations>()
            .AddSingleton(_ => KnowledgeBase.Load());
        services.AddSingleton(provider => Build(provider, Release.Current(provider.GetRequiredService<IOptions<CopilotOptions>>().Value)));
        services.AddHttpClient<FeedbackSender>();
        services.AddHostedService<VisitorTraffic>();
        services.AddHostedService<PastWeek>();
        services.AddHealthChecks().AddCheck<ShopHealth>("shop");
        return services;
    }

    /// <summary>A copilot with the prompt, the steps and the telemetry of that release.</summary>
    public static Copilot Build(IServiceProvider provider, Release release)
    {
        var time = provider.GetRequiredService<TimeProvider>();
        var shop = provider.GetRequiredService<ShopReader>();
        var options = provider.GetRequiredService<IOptions<CopilotOptions>>();
        var logs = provider.GetRequiredService<CopilotTelemetry>().ModelLogs(release);
        var model = ModelClient.Create(
            provider.GetRequiredService<IOptions<ModelOptions>>().Value,
            OwnAddress(provider),
            logs,
            release.SourceName,
            time
        );
        return new(
            new Understand(model, time),
            new RetrieveSchema(provider.GetRequiredService<KnowledgeBase>()),
            new GenerateSql(model, shop, release),
            new ValidateSql(shop),
            new ExecuteSql(shop),
            new DiagnoseSql(model),
            new WriteAnswer(model, options),
            provider.GetRequiredService<Conversations>(),
            release
        );
    }

    /// <summary>Where this process listens; wildcard hosts are reached as localhost.</summary>
    private static Uri OwnAddress(IServiceProvider provider)
    {
        var address =
            provider
                .GetRequiredService<IServer>()
                .Features.Get<IServerAddressesFeature>()
                ?.Addresses.FirstOrDefault(address => address.StartsWith("http:", StringComparison.Ordinal))
            ?? throw new InvalidOperationException("The server has no http address yet: the scripted model can be reached only after the start.");
        return new(
            address
                .Replace("[::]", "localhost", StringComparison.Ordinal)
                .Replace("0.0.0.0", "localhost", StringComparison.Ordinal)
                .Replace("//+", "//localhost", StringComparison.Ordinal)
                .Replace("//*", "//localhost", StringComparison.Ordinal)
        );
    }
}
