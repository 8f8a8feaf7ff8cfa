using LlmObs.Sls.Emulator.Http;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace LlmObs.Sls.Emulator.Status;

/// <summary>
/// A page for people at the address where clients list projects: GET / without a signature, without a project in Host, from something that reads HTML.
/// A name that is not an endpoint's counts as a project, so a foreign page cannot have its own name point here and read along.
/// </summary>
public static class StatusEndpoint
{
    public const string StylePath = "/status.css";
    private static readonly Lazy<byte[]> Style = new(ReadStyle);

    public static void UseStatusPage(this WebApplication app) =>
        app.Use(
            async (context, next) =>
            {
                if (IsMeant(context))
                {
                    await ShowAsync(context);
                }
                else
                {
                    await next(context);
                }
            }
        );

    private static bool IsMeant(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method)
        && !context.Request.Headers.ContainsKey("Authorization")
        && context.RequestServices.GetRequiredService<EmulatorOptions>() is { StatusPage: true } options
        && SlsCall.ProjectOf(context.Request.Host.Host, options) is null
        && (
            context.Request.Path == StylePath
            || (context.Request.Path == "/" && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal))
        );

    private static async Task ShowAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        if (context.Request.Path == StylePath)
        {
            await Results.Bytes(Style.Value, "text/css; charset=utf-8").ExecuteAsync(context);
            return;
        }
        var status = context.RequestServices.GetRequiredService<StatusReader>().Read();
        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.WriteAsync(await RenderAsync(context.RequestServices, status), context.RequestAborted);
    }

    // Not as a component endpoint: that brings forms, and with them keys to protect.
    private static async Task<string> RenderAsync(IServiceProvider services, EmulatorStatus status)
    {
        await using var renderer = new HtmlRenderer(services, services.GetRequiredService<ILoggerFactory>());
        return await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var page = await renderer.RenderComponentAsync<StatusPage>(
                ParameterView.FromDictionary(new Dictionary<string, object?> { [nameof(StatusPage.Status)] = status })
            );
            return page.ToHtmlString();
        });
    }

    private static byte[] ReadStyle()
    {
        using var style = typeof(StatusEndpoint).Assembly.GetManifestResourceStream("status.css")!;
        var bytes = new byte[style.Length];
        style.ReadExactly(bytes);
        return bytes;
    }
}
