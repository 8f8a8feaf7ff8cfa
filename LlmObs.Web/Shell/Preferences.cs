using System.Globalization;
using Microsoft.AspNetCore.Localization;

namespace LlmObs.Web.Shell;

/// <summary>What a reader chose and the browser remembers. Cookies, so that the server renders it and nothing flashes.</summary>
public static class Preferences
{
    public const string ThemeCookie = "theme";
    public const string LanguageCookie = "lang";
    public const string ZoneCookie = "tz";
    public const string ReadingCookie = "reading";

    /// <summary>The zone a reader chose, which wins over the browser's.</summary>
    public const string ChosenZoneCookie = "zone";

    public static readonly IReadOnlyList<string> Languages = ["zh-CN", "en"];

    /// <summary>For <c>html lang</c>.</summary>
    public static string Language => IsChinese ? "zh-CN" : "en";

    public static bool IsChinese => CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "zh";

    /// <summary><c>light</c>, <c>dark</c>, or null to follow the system.</summary>
    public static string? Theme(HttpRequest request) =>
        (string?)request.Query["theme"]
        ?? request.Cookies[ThemeCookie] switch
        {
            "light" => "light",
            "dark" => "dark",
            _ => null,
        };

    /// <summary>How contents are read: the cookie holds the size of the text and <c>nowrap</c>, as in <c>1.nowrap</c>. Scripts write it.</summary>
    public static ReadingPreference Reading(HttpRequest request)
    {
        var words = (request.Cookies[ReadingCookie] ?? "").Split('.');
        return new(words[0] is "-1" or "1" or "2" ? words[0] : "0", !words.Contains("nowrap"));
    }

    public static void RememberTheme(HttpResponse response, string theme) => response.Cookies.Append(ThemeCookie, theme, ForAYear());

    public static void RememberLanguage(HttpResponse response, string language) =>
        response.Cookies.Append(LanguageCookie, CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(language)), ForAYear());

    /// <param name="zone">An IANA id; empty to follow the browser again.</param>
    public static void RememberZone(HttpResponse response, string zone)
    {
        if (zone.Length == 0)
        {
            response.Cookies.Delete(ChosenZoneCookie);
        }
        else
        {
            response.Cookies.Append(ChosenZoneCookie, zone, ForAYear());
        }
    }

    /// <summary>The columns a reader chose for a list of that name; null for the usual ones.</summary>
    public static string? Columns(HttpRequest request, string list) => request.Cookies[$"cols-{list}"];

    public static void RememberColumns(HttpResponse response, string list, string? columns)
    {
        if (columns is null)
        {
            response.Cookies.Delete($"cols-{list}");
        }
        else
        {
            response.Cookies.Append($"cols-{list}", columns, ForAYear());
        }
    }

    internal static CookieOptions ForAYear() =>
        new()
        {
            MaxAge = TimeSpan.FromDays(365),
            SameSite = SameSiteMode.Lax,
            IsEssential = true,
            Path = "/",
        };
}

/// <param name="Zoom">-1, 0, 1 or 2: from small to very large text.</param>
public sealed record ReadingPreference(string Zoom, bool IsWrapped);
