namespace LlmObs.Quality.Demo;

public static class DemoServices
{
    /// <summary>Registers what the demo is shown with; does nothing without <c>Quality:Demo</c>.</summary>
    public static TBuilder AddDemo<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        if (builder.Configuration.GetValue<bool>($"{QualityOptions.Section}:{nameof(QualityOptions.Demo)}"))
        {
            builder.Services.AddSingleton<DemoLabels>();
            builder.Services.AddSingleton<DemoCases>();
            builder.Services.AddHostedService<DemoLoop>();
        }

        return builder;
    }
}
