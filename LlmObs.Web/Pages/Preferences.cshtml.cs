using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Remember = LlmObs.Web.Shell.Preferences;

namespace LlmObs.Web.Pages;

/// <summary>Remembers a language or a theme and goes back to where the reader was.</summary>
public sealed class PreferencesModel : PageModel
{
    public IActionResult OnGet() => Redirect("/");

    public IActionResult OnPost(string? lang, string? theme, string? to)
    {
        if (lang is not null && Remember.Languages.Contains(lang))
        {
            Remember.RememberLanguage(Response, lang);
        }

        if (theme is "light" or "dark")
        {
            Remember.RememberTheme(Response, theme);
        }

        return LocalRedirect(Url.IsLocalUrl(to) ? to : "/");
    }
}
