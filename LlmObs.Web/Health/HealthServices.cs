namespace LlmObs.Web.Health;

public static class HealthServices
{
    public static WebApplicationBuilder AddSystemPage(this WebApplicationBuilder builder)
    {
        builder.Services.AddScoped<SystemReader>();
        return builder;
    }
}
