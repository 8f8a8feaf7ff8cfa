using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Remember = LlmObs.Web.Shell.Preferences;

namespace LlmObs.Web.Pages;

/// <summary>Remembers a language, a theme or a time zone and goes back to where the reader was.</summary>
public sealed class PreferencesModel : PageModel
{
    public IActionResult OnGet() => Redirect("/");

    public IActionResult OnPost(string? lang, string? theme, string? zone, string? to)
    {
        if (lang is not null && Remember.Languages.Contains(lang))
        {
            Remember.RememberLanguage(Response, lang);
        }

        if (theme is "light" or "dark")
        {
            Remember.RememberTheme(Response, theme);
        }

        // An empty field of a form is bound as null; it is there all the same.
        if (Request.Form.ContainsKey("zone") && (zone is null || ViewerZone.Find(zone) is not null))
        {
            Remember.RememberZone(Response, zone ?? "");
        }

        return LocalRedirect(Url.IsLocalUrl(to) ? to : "/");
    }
}
