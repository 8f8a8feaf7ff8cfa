using LlmObs.Web.Pages.Compare;

namespace LlmObs.Web.Pages.Traces;

public static class TraceServices
{
    /// <summary>Registers what the pages of traces and requests are made with.</summary>
    public static WebApplicationBuilder AddTracePages(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<TraceViews>();
        builder.Services.AddSingleton<SpanFinder>();
        builder.Services.AddSingleton<SameQuestion>();
        builder.Services.AddSingleton<PreviousCalls>();
        return builder;
    }
}
