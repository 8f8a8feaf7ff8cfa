using LlmObs.Web.Formatting;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace LlmObs.Web.TagHelpers;

/// <summary>
/// <c>&lt;time-at nano="…"&gt;</c> or <c>&lt;time-at at="…"&gt;</c>: <c>14:32:07.412</c> in the reader's zone;
/// <c>with-day</c> puts <c>10-14</c> before it, where no day row does; <c>to-minute</c> shows <c>2025-10-14 14:32</c> instead.
/// </summary>
[HtmlTargetElement("time-at", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class TimeAtTagHelper(ViewerZone zone) : TagHelper
{
    /// <summary>Nanoseconds since 1970.</summary>
    public long? Nano { get; set; }

    public DateTimeOffset? At { get; set; }
    public bool WithDay { get; set; }

    /// <summary>The whole date and the minute, for what lies days or months back.</summary>
    public bool ToMinute { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagMode = TagMode.StartTagAndEndTag;
        DateTimeOffset? local =
            At is { } at ? zone.Local(at)
            : Nano is { } nano ? zone.Local(nano)
            : null;
        if (local is not { } shown)
        {
            output.TagName = null;
            output.Content.Append(Figures.Unknown);
            return;
        }

        output.TagName = "time";
        output.Attributes.SetAttribute("datetime", Figures.Machine(shown));
        output.Attributes.SetAttribute("title", $"{Figures.Date(shown)} {Figures.Time(shown)}{Figures.Milliseconds(shown)} {Figures.Offset(shown)}");
        if (ToMinute)
        {
            output.Content.Append(Figures.DateAndMinute(shown));
            return;
        }

        output.Content.Append(WithDay ? Figures.DayAndTime(shown) : Figures.Time(shown));
        output.Content.AppendHtml("<span class=\"dim\">").Append(Figures.Milliseconds(shown)).AppendHtml("</span>");
    }
}
