using LlmObs.Domain.Spans;
using LlmObs.Web.Formatting;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace LlmObs.Web.TagHelpers;

/// <summary><c>&lt;duration ns="…"&gt;</c>: <c>41.8 s</c>, the value in <c>b</c>. Null is —.</summary>
[HtmlTargetElement("duration", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class DurationTagHelper : TagHelper
{
    public long? Ns { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = null;
        var figure = Ns is { } ns ? Figures.Duration(ns) : new(Figures.Unknown);
        output.Content.AppendHtml("<b>").Append(figure.Value).AppendHtml("</b>");
        if (figure.Unit.Length > 0)
        {
            output.Content.Append(" " + figure.Unit);
        }
    }
}

/// <summary><c>&lt;token-count of="usage"&gt;</c>: <c>18,722 → 1,286</c>; <c>stacked</c> sets the second on its own line.</summary>
[HtmlTargetElement("token-count", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class TokenCountTagHelper : TagHelper
{
    public TokenUsage? Of { get; set; }
    public bool Stacked { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = null;
        if (Of is not { } usage || (usage.InputTokens ?? usage.OutputTokens) is null)
        {
            output.Content.AppendHtml("<b>").Append(Figures.Count(Of?.TotalTokens)).AppendHtml("</b>");
            return;
        }

        output.Content.AppendHtml("<b>").Append(Figures.Count(usage.InputTokens)).AppendHtml("</b>");
        output
            .Content.AppendHtml(Stacked ? "<span class=\"sub\">→ " : " <span class=\"mid\">→ ")
            .Append(Figures.Count(usage.OutputTokens))
            .AppendHtml("</span>");
    }
}

/// <summary><c>&lt;cost of="…"&gt;</c>: <c>¥0.0914</c>; <c>all="…"</c>: <c>¥0.0914 + $0.02</c>, since two currencies have no sum.</summary>
[HtmlTargetElement("cost", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class CostTagHelper : TagHelper
{
    public Cost? Of { get; set; }
    public IReadOnlyList<Cost>? All { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = null;
        var text = All is { Count: > 0 } ? string.Join(" + ", All.Select(Figures.Money)) : Figures.Money(Of);
        output.Content.AppendHtml("<b>").Append(text).AppendHtml("</b>");
    }
}
