namespace LlmObs.Web.Search;

public static class SearchServices
{
    public static WebApplicationBuilder AddSearchPage(this WebApplicationBuilder builder)
    {
        builder.Services.AddScoped<SearchReader>();
        builder.Services.AddScoped<WhyNothing>();
        builder.Services.AddScoped<IdJump>();
        builder.Services.AddScoped<IngestAddress>();
        return builder;
    }
}
