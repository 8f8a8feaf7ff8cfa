using System.Globalization;
using LlmObs.TraceLog;
using LlmObs.Web.Search;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Search;

/// <summary>Where a value on any page leads when somebody wants its spans, or all but its spans: the search of the address, changed by it.</summary>
public sealed class WithModel(CurrentProject current, ViewerZone zone) : PageModel
{
    public const int LongestValue = 2000;

    /// <param name="field">As the query line names it, or <c>time</c>, which narrows the search to the minute of its value.</param>
    /// <param name="how"><c>include</c>, <c>exclude</c>, or <c>group</c>: by the field, whatever the value.</param>
    public IActionResult OnGet(string? field, string? value, string? how)
    {
        if (value is not { Length: > 0 and <= LongestValue })
        {
            return BadRequest($"value: 1 to {LongestValue} characters.");
        }

        // The word "how" of the first page means something else.
        var address = SearchAddress.Read(Request.Query, current.Project, zone) with
        {
            How = null,
        };
        if (field == "time")
        {
            return DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
                ? LocalRedirect(address.Over(TimeRange.MinuteOf(at)).Url)
                : BadRequest("value: a time is written as 2026-11-26T09:30:00Z.");
        }

        if (how == "group")
        {
            return SpanField.Find(field) is { CanGroup: true } group
                ? LocalRedirect(address.GroupedBy(group.Name).Url)
                : BadRequest($"field: '{field}' cannot be grouped by.");
        }

        var name = SpanField.Find(field)?.Name ?? field ?? "";
        try
        {
            QueryLine.Parse(QueryText.Condition(name, value));
        }
        catch (QueryException exception)
        {
            return BadRequest($"field, value: {exception.Message}");
        }

        var line = QueryText.Parse(address.Query);
        return how switch
        {
            "include" => LocalRedirect(address.Asking(line.Include(name, value)).Url),
            "exclude" => LocalRedirect(address.Asking(line.Exclude(name, value)).Url),
            _ => BadRequest("how: include, exclude or group."),
        };
    }
}
