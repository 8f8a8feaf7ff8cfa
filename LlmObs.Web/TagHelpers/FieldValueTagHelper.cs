using System.Globalization;
using LlmObs.TraceLog;
using LlmObs.Web.Pages.Search;
using LlmObs.Web.Rendering;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace LlmObs.Web.TagHelpers;

/// <summary>
/// <c>&lt;field-value field="model" value="qwen-max"&gt;</c>: a value that leads to the spans that have it; <c>values.js</c> offers to leave them out, or to copy
/// it. What stands inside is shown; else the value is. A value too long to be searched for is text.
/// </summary>
[HtmlTargetElement("field-value", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class FieldValueTagHelper(CurrentProject current) : TagHelper
{
    /// <summary>The key of the page's <see cref="ViewDataDictionary"/> under which stands how far back to search, as <c>range</c> says it.</summary>
    public const string Range = "SearchRange";

    /// <summary>As the query line names it.</summary>
    public string Field { get; set; } = "";

    public string? Value { get; set; }

    /// <summary>The page about the value, when there is one.</summary>
    public string? Open { get; set; }

    [ViewContext]
    [HtmlAttributeNotBound]
    public ViewContext ViewContext { get; set; } = null!;

    public override async Task ProcessAsync(TagHelperContext context, TagHelperOutput output)
    {
        var inside = await output.GetChildContentAsync();
        output.TagName = "span";
        output.TagMode = TagMode.StartTagAndEndTag;
        if (Value is { Length: > 0 and <= WithModel.LongestValue })
        {
            var search = Links.With(current.Project, Field, Value, (string?)ViewContext.ViewData[Range]);
            output.TagName = "a";
            output.Attributes.SetAttribute("class", $"field-value {output.Attributes["class"]?.Value}".TrimEnd());
            output.Attributes.SetAttribute("href", Open ?? search);
            output.Attributes.SetAttribute("data-with", search);
            output.Attributes.SetAttribute("data-field", Field);
            output.Attributes.SetAttribute("data-value", Value);
            if (SpanField.Find(Field) is not { CanGroup: true })
            {
                output.Attributes.SetAttribute("data-offers", "include exclude");
            }
        }

        output.Content.SetHtmlContent(inside.IsEmptyOrWhiteSpace ? Untrusted.Show(Value) : inside);
    }

    /// <summary>A number as the query line reads it.</summary>
    public static string? Number(IFormattable? number) => number?.ToString(null, CultureInfo.InvariantCulture);

    /// <summary>A duration as the query line reads it: SLS keeps microseconds.</summary>
    public static string Duration(long nano) => string.Create(CultureInfo.InvariantCulture, $"{nano / 1000}us");
}
