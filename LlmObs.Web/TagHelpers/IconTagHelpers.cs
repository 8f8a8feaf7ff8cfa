using LlmObs.Domain.Spans;
using LlmObs.Web.Formatting;
using Microsoft.AspNetCore.Razor.TagHelpers;
using Microsoft.Extensions.Localization;

namespace LlmObs.Web.TagHelpers;

/// <summary><c>&lt;icon name="search" size="s"&gt;</c>: a symbol of the sprite, hidden from assistive technology; the words beside it speak.</summary>
[HtmlTargetElement("icon", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class IconTagHelper : TagHelper
{
    public string Name { get; set; } = "";

    /// <summary><c>s</c> or <c>l</c>; else 14 px.</summary>
    public string? Size { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output) => IconMarkup.Write(output, Name, $"icon {Size}".TrimEnd(), null);
}

/// <summary><c>&lt;kind-icon of="span.Kind"&gt;</c>: the kind's silhouette in its colour, named for those who do not see it.</summary>
[HtmlTargetElement("kind-icon", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class KindIconTagHelper(IStringLocalizer<Words> words) : TagHelper
{
    public SpanKind Of { get; set; }

    /// <summary>Further classes.</summary>
    public string? Also { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        var look = KindLook.Of(Of);
        IconMarkup.Write(output, look.Icon, $"icon kind {look.Class} {Also}".TrimEnd(), words[look.Name]);
    }
}

/// <summary>
/// <c>&lt;status-icon of="…" errors="…"&gt;</c>: failed, recovered (well at the end, though something inside failed), or a quiet dot for all else.
/// </summary>
[HtmlTargetElement("status-icon", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class StatusIconTagHelper(IStringLocalizer<Words> words) : TagHelper
{
    public SpanStatus Of { get; set; }

    /// <summary>How many spans below failed.</summary>
    public int Errors { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        var (icon, tone, name) = (Of, Errors) switch
        {
            (SpanStatus.Error, _) => ("error", "is-bad", "Failed"),
            (_, > 0) => ("warn", "is-warn", "Recovered"),
            (SpanStatus.Ok, _) => ("ok", "dim", "Passed"),
            _ => ("dot", "dim", "Ended without a verdict"),
        };
        IconMarkup.Write(output, icon, $"icon {tone}", words[name]);
    }
}

internal static class IconMarkup
{
    public static void Write(TagHelperOutput output, string symbol, string classes, string? label)
    {
        output.TagName = "svg";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("class", classes);
        if (label is null)
        {
            output.Attributes.SetAttribute("aria-hidden", "true");
        }
        else
        {
            output.Attributes.SetAttribute("role", "img");
            output.Attributes.SetAttribute("aria-label", label);
            output.Content.AppendHtml("<title>").Append(label).AppendHtml("</title>");
        }

        output.Content.AppendHtml($"<use href=\"#i-{symbol}\"/>");
    }
}
