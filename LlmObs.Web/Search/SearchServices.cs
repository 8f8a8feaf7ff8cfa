namespace LlmObs.Web.Search;

public static class SearchServices
{
    public static WebApplicationBuilder AddSearchPage(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SearchPatience>();
        builder.Services.AddScoped<SearchReader>();
        builder.Services.AddScoped<FacetReader>();
        builder.Services.AddScoped<RequestRows>();
        builder.Services.AddScoped<RequestCounter>();
        builder.Services.AddScoped<RowReader>();
        builder.Services.AddScoped<SuggestionReader>();
        builder.Services.AddScoped<PeekReader>();
        builder.Services.AddScoped<Exporter>();
        builder.Services.AddScoped<WhyNothing>();
        builder.Services.AddScoped<IdJump>();
        builder.Services.AddScoped<JumpReader>();
        builder.Services.AddScoped<IngestAddress>();
        return builder;
    }
}
