namespace LlmObs.Web.Cases;

public static class CaseServices
{
    public static WebApplicationBuilder AddCasePages(this WebApplicationBuilder builder)
    {
        builder.Services.AddScoped<SimilarTraces>();
        return builder;
    }
}
