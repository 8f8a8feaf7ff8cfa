using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Html;

namespace LlmObs.Web.Rendering;

/// <summary>Builds HTML. <see cref="Text"/> is the only way untrusted text gets in; <see cref="Raw"/> takes markup of our own.</summary>
public sealed class HtmlWriter
{
    private readonly StringBuilder html = new();

    public int Length => html.Length;

    public HtmlWriter Raw(string markup)
    {
        html.Append(markup);
        return this;
    }

    public HtmlWriter Raw(HtmlWriter other)
    {
        html.Append(other.html);
        return this;
    }

    public HtmlWriter Number(int number)
    {
        html.Append(number.ToString("N0", CultureInfo.InvariantCulture));
        return this;
    }

    /// <summary>Encodes text, and shows what would be invisible, or would turn the line around, as a mark with its code point.</summary>
    public HtmlWriter Text(ReadOnlySpan<char> text)
    {
        var from = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var entity = text[i] switch
            {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                '\'' => "&#39;",
                _ => null,
            };
            var length = 1;
            if (entity is null && (length = Invisible.At(text, i, out var codePoint)) > 0)
            {
                entity = Mark(codePoint);
            }

            if (entity is null)
            {
                continue;
            }

            html.Append(text[from..i]).Append(entity);
            i += length - 1;
            from = i + 1;
        }

        html.Append(text[from..]);
        return this;
    }

    /// <summary>Encodes an attribute's value. Marks can't stand there, so what is invisible is spelled out.</summary>
    public HtmlWriter Attribute(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var length = Invisible.At(text, i, out var codePoint);
            _ =
                length > 0
                    ? html.Append(Invisible.Name(codePoint))
                    : html.Append(
                        text[i] switch
                        {
                            '&' => "&amp;",
                            '<' => "&lt;",
                            '>' => "&gt;",
                            '"' => "&quot;",
                            '\'' => "&#39;",
                            var plain => plain.ToString(),
                        }
                    );
            i += Math.Max(0, length - 1);
        }

        return this;
    }

    public IHtmlContent ToHtml() => new HtmlString(html.ToString());

    public override string ToString() => html.ToString();

    private static string Mark(int codePoint) => $"<span class=\"ctl\">{Invisible.Name(codePoint)}</span>";
}
