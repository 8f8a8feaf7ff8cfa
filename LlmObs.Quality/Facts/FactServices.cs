namespace LlmObs.Quality.Facts;

public static class FactServices
{
    /// <summary>Registers the loop that keeps <c>quality_facts</c> up to date. Needs Storage.</summary>
    public static TBuilder AddQualityFacts<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddOptions<FactOptions>().BindConfiguration(FactOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<FactRollup>();
        builder.Services.AddHostedService<FactLoop>();
        return builder;
    }
}
