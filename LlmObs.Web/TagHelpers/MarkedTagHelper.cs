using LlmObs.Web.Formatting;
using LlmObs.Web.Rendering;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace LlmObs.Web.TagHelpers;

/// <summary><c>&lt;marked text="…" words="…"&gt;</c>: the text, encoded and with invisible characters shown, the searched words in <c>mark</c>.</summary>
[HtmlTargetElement("marked", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class MarkedTagHelper : TagHelper
{
    public string? Text { get; set; }
    public IReadOnlyList<string> Words { get; set; } = [];

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = null;
        var html = new HtmlWriter();
        foreach (var (piece, isHit) in Marks.Split(Text ?? "", Words))
        {
            html.Raw(isHit ? "<mark>" : "").Text(piece).Raw(isHit ? "</mark>" : "");
        }

        output.Content.SetHtmlContent(html.ToHtml());
    }
}
