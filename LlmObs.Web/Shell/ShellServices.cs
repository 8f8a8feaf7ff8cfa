using System.Globalization;
using LlmObs.Web.Access;
using Microsoft.AspNetCore.Localization;
using Microsoft.AspNetCore.Mvc;

namespace LlmObs.Web.Shell;

public static class ShellServices
{
    /// <summary>Registers pages, languages, and what every page knows about its reader: project, zone, theme.</summary>
    public static WebApplicationBuilder AddShell(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<WebOptions>().BindConfiguration(WebOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddLocalization(options => options.ResourcesPath = "Resources");
        builder.Services.Configure<RequestLocalizationOptions>(ChooseLanguage);
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddScoped<ViewerZone>();
        builder.Services.AddScoped<CurrentProject>();
        builder.Services.AddScoped<ProjectFilter>();
        builder.Services.AddRouting(options => options.LowercaseUrls = true);
        builder.Services.AddAntiforgery(options => options.Cookie.Name = "llmobs-form");
        builder
            .Services.AddRazorPages(options =>
                options
                    .Conventions.AddPageRoute("/Search/Index", "search")
                    .AddPageRoute("/Traces/Details", "requests/{requestId}")
                    .AuthorizeFolder("/")
                    .AuthorizeFolder("/Keys", Operators.Policy)
                    .AllowAnonymousToPage("/Login")
                    .AllowAnonymousToPage("/Preferences")
                    .AllowAnonymousToPage("/Error")
            )
            .AddViewLocalization()
            .AddMvcOptions(options => options.Filters.Add(new ServiceFilterAttribute<ProjectFilter>()));
        return builder;
    }

    // "zh" stands for every Chinese a browser may ask for; texts are simplified.
    private static void ChooseLanguage(RequestLocalizationOptions options)
    {
        var languages = Preferences.Languages.Select(CultureInfo.GetCultureInfo).ToList();
        options.SupportedCultures = options.SupportedUICultures = [.. languages, CultureInfo.GetCultureInfo("zh")];
        options.DefaultRequestCulture = new RequestCulture("en");
        options.RequestCultureProviders =
        [
            new QueryStringRequestCultureProvider { QueryStringKey = "lang", UIQueryStringKey = "lang" },
            new CookieRequestCultureProvider { CookieName = Preferences.LanguageCookie },
            new AcceptLanguageHeaderRequestCultureProvider(),
        ];
    }
}
