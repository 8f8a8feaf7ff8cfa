namespace LlmObs.Web.Shell;

public static class ErrorPages
{
    /// <summary>Shows failures in the product's own look. The API answers for itself. Routing has to come after, or the error page is not found.</summary>
    public static IApplicationBuilder UseErrorPages(this IApplicationBuilder app) =>
        app.UseWhen(
            context => !context.Request.Path.StartsWithSegments("/api"),
            pages =>
            {
                pages.UseExceptionHandler("/error/500");
                pages.UseStatusCodePagesWithReExecute("/error/{0}");
            }
        );
}
