using System.Globalization;
using Microsoft.Extensions.Localization;

namespace LlmObs.Web.Formatting;

/// <summary>The words of a day row: <c>Today, Tuesday 2025-10-14</c>, <c>今天，2025-10-14 星期二</c>.</summary>
public static class DayLabel
{
    public static string Of(DateTimeOffset day, DateTimeOffset now, IStringLocalizer<Words> words)
    {
        var key = (now.Date - day.Date).Days switch
        {
            0 => "Today, {1} {0}",
            1 => "Yesterday, {1} {0}",
            _ => "{1} {0}",
        };
        return words[key, Figures.Date(day), day.ToString("dddd", CultureInfo.CurrentCulture)];
    }
}
