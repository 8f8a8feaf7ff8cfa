using System.Globalization;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using LlmObs.Domain.Spans;
using LlmObs.Web.Rendering;
using Microsoft.Extensions.Localization;

namespace LlmObs.Tests.Web.Rendering;

/// <summary>Renders as a page does, with English words.</summary>
internal static class Rendered
{
    private static readonly ContentRenderer Renderer = new(new English());

    public static RenderedContent Content(string value, string? error = null, int part = 1) =>
        Renderer.Render(TextPart.Of(value, part), new RenderRequest("v", error));

    public static IElement As(TextFormat format, string value) =>
        Parse(Renderer.Render(TextPart.Of(value, 1), new RenderRequest("v", Format: format)).Html.ToString()!);

    public static IElement Of(string value, RenderRequest request) => Parse(Renderer.Render(TextPart.Of(value, 1), request).Html.ToString()!);

    public static IElement Diff(string before, string after) => Parse(Renderer.RenderDiff(before, after, "v").ToString()!);

    public static string Html(string value, string? error = null) => Content(value, error).Html.ToString()!;

    /// <summary>What a browser would make of it.</summary>
    public static IElement Dom(string value, string? error = null) => Parse(Html(value, error));

    public static IElement Parse(string html) => new HtmlParser().ParseDocument($"<body><div id=\"root\">{html}</div>").GetElementById("root")!;

    private sealed class English : IStringLocalizer<ContentRenderer>
    {
        public LocalizedString this[string name] => new(name, name);
        public LocalizedString this[string name, params object[] arguments] =>
            new(name, string.Format(CultureInfo.InvariantCulture, name, arguments));

        public IEnumerable<LocalizedString> GetAllStrings(bool includeParentCultures) => [];
    }
}
