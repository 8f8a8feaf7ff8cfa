using LlmObs.Domain.Quality;

namespace LlmObs.Web.Quality;

public static class QualityServices
{
    public static WebApplicationBuilder AddQualityPages(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<QualityGoals>().BindConfiguration(QualityGoals.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddScoped<OverviewReader>();
        builder.Services.AddScoped<BreakdownReader>();
        builder.Services.AddScoped<ReleaseComparer>();
        builder.Services.AddScoped<QualityCsv>();
        return builder;
    }
}
