using Microsoft.AspNetCore.Html;

namespace LlmObs.Web.Rendering;

/// <summary>The narrow side of the door: a name, a message, an id on one line, encoded, with invisible characters marked.</summary>
public static class Untrusted
{
    public static IHtmlContent Show(string? text) => new HtmlWriter().Text(text).ToHtml();
}
