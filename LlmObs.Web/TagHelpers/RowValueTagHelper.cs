using LlmObs.Web.Search;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace LlmObs.Web.TagHelpers;

/// <summary>
/// <c>&lt;row-value address="…" field="duration" value="1500us"&gt;</c>: a figure in a row of a list. It leads to the rows that have it; <c>values.js</c> offers
/// to leave them out, or to copy it. The field <c>time</c> leads to the minute. Without a value it is what stands inside.
/// </summary>
[HtmlTargetElement("row-value")]
public sealed class RowValueTagHelper : TagHelper
{
    public SearchAddress Address { get; set; } = null!;

    /// <summary>As the query line names it, or <c>time</c>.</summary>
    public string Field { get; set; } = "";

    public string? Value { get; set; }

    /// <summary>Of several spans: no search asks for it, so it can be copied only.</summary>
    public bool IsSum { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        if (Value is not { Length: > 0 })
        {
            output.TagName = null;
            return;
        }

        output.TagName = IsSum ? "button" : "a";
        output.Attributes.SetAttribute("class", "row-value");
        output.Attributes.SetAttribute("data-field", Field);
        output.Attributes.SetAttribute("data-value", Value);
        if (IsSum)
        {
            output.Attributes.SetAttribute("type", "button");
            output.Attributes.SetAttribute("data-offers", "");
            return;
        }

        output.Attributes.SetAttribute("href", Address.UrlOf("/search/with", ("field", Field), ("value", Value), ("how", "include")));
        if (Field == "time")
        {
            output.Attributes.SetAttribute("data-offers", "include");
        }
    }
}
