using LlmObs.Web.Formatting;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace LlmObs.Web.TagHelpers;

/// <summary><c>&lt;marked text="…" words="…"&gt;</c>: the text, encoded, with the searched words in <c>mark</c>.</summary>
[HtmlTargetElement("marked", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class MarkedTagHelper : TagHelper
{
    public string? Text { get; set; }
    public IReadOnlyList<string> Words { get; set; } = [];

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = null;
        foreach (var (piece, isHit) in Marks.Split(Text ?? "", Words))
        {
            if (isHit)
            {
                output.Content.AppendHtml("<mark>").Append(piece).AppendHtml("</mark>");
            }
            else
            {
                output.Content.Append(piece);
            }
        }
    }
}
