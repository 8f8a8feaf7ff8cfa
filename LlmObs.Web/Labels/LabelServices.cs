namespace LlmObs.Web.Labels;

public static class LabelServices
{
    public static WebApplicationBuilder AddLabelPages(this WebApplicationBuilder builder)
    {
        builder.Services.AddScoped<QueueFiller>();
        builder.Services.AddScoped<ItemContentReader>();
        return builder;
    }
}
