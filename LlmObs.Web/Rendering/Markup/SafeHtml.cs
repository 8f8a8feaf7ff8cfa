using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using Ganss.Xss;

namespace LlmObs.Web.Rendering.Markup;

/// <summary>
/// Lets through the few elements Markdown needs and nothing that acts, loads or styles. What passes is written by our own hand from
/// the parsed document, so that invisible characters are marked in text and can't be in the way of the markup.
/// </summary>
internal static class SafeHtml
{
    /// <summary>Stands in Markdown's output for a block we draw ourselves. Untrusted text can't write it: its HTML is shown, not parsed.</summary>
    public const string BlockAttribute = "data-block";

    // Configured once and never changed, which is what makes it safe to share between threads.
    private static readonly HtmlSanitizer Sanitizer = Configured();

    private static readonly HashSet<string> VoidElements = ["br", "hr"];

    /// <summary>Writes <paramref name="html"/> sanitised. <paramref name="blocks"/> are markup of our own, put where their number stands.</summary>
    public static void Write(HtmlWriter writer, string html, IReadOnlyList<HtmlWriter> blocks)
    {
        using var document = Sanitizer.SanitizeDom(html);
        foreach (var node in document.Body!.ChildNodes)
        {
            Write(writer, node, blocks);
        }
    }

    private static void Write(HtmlWriter writer, INode node, IReadOnlyList<HtmlWriter> blocks)
    {
        if (node is IText text)
        {
            writer.Text(text.Data);
            return;
        }

        if (node is not IHtmlElement element)
        {
            return;
        }

        if (element.GetAttribute(BlockAttribute) is { } number)
        {
            if (int.TryParse(number, out var index) && index >= 0 && index < blocks.Count)
            {
                writer.Raw(blocks[index]);
            }

            return;
        }

        writer.Raw("<").Raw(element.LocalName);
        foreach (var attribute in element.Attributes)
        {
            writer.Raw(" ").Raw(attribute.LocalName).Raw("=\"").Attribute(attribute.Value).Raw("\"");
        }

        writer.Raw(">");
        if (VoidElements.Contains(element.LocalName))
        {
            return;
        }

        foreach (var child in element.ChildNodes)
        {
            Write(writer, child, blocks);
        }

        writer.Raw("</").Raw(element.LocalName).Raw(">");
    }

    private static HtmlSanitizer Configured()
    {
        var sanitizer = new HtmlSanitizer(
            new HtmlSanitizerOptions
            {
                AllowedTags = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
                {
                    "p",
                    "br",
                    "hr",
                    "h2",
                    "h3",
                    "h4",
                    "h5",
                    "h6",
                    "ul",
                    "ol",
                    "li",
                    "strong",
                    "em",
                    "del",
                    "code",
                    "pre",
                    "blockquote",
                    "table",
                    "thead",
                    "tbody",
                    "tr",
                    "th",
                    "td",
                    "a",
                },
                AllowedAttributes = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "href", "title", "start", BlockAttribute },
                AllowedSchemes = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "http", "https", "mailto" },
                AllowedCssProperties = new HashSet<string>(),
                UriAttributes = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "href" },
            }
        );
        // A relative link would lead into the explorer itself, where the reader is signed in.
        sanitizer.FilterUrl += (_, url) => url.SanitizedUrl = IsAbsolute(url.OriginalUrl) ? url.SanitizedUrl : null;
        sanitizer.PostProcessNode += (_, processed) =>
        {
            if (processed.Node is IHtmlAnchorElement anchor)
            {
                anchor.SetAttribute("rel", "noopener noreferrer nofollow");
                // Where it leads, in letters that can't pass for others: a link's words may say anything.
                anchor.SetAttribute("title", Host(anchor.GetAttribute("href")));
            }
        };
        return sanitizer;
    }

    private static string Host(string? url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) ? uri.IdnHost : "";

    private static bool IsAbsolute(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https" or "mailto");
}
