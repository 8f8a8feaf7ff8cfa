using Markdig;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Renderers.Html.Inlines;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace LlmObs.Web.Rendering.Markup;

/// <summary>Draws Markdown: parsed by Markdig with HTML disabled, code drawn by us, the rest sanitised.</summary>
internal static class MarkdownBody
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .DisableHtml()
        .UsePipeTables()
        .UseAutoLinks()
        .UseCjkFriendlyEmphasis()
        .UseSoftlineBreakAsHardlineBreak()
        .Build();

    /// <summary>False when the text is nested too deep for Markdown; nothing is written then.</summary>
    public static bool TryWrite(HtmlWriter html, string markdown, RenderRun run, int nesting)
    {
        var blocks = new List<HtmlWriter>();
        string rendered;
        try
        {
            using var writer = new StringWriter();
            var renderer = new HtmlRenderer(writer);
            Pipeline.Setup(renderer);
            renderer.ObjectRenderers.ReplaceOrAdd<CodeBlockRenderer>(new CodeInBlocks(blocks, run, nesting));
            renderer.ObjectRenderers.ReplaceOrAdd<LinkInlineRenderer>(new ImagesAsText());
            renderer.ObjectRenderers.ReplaceOrAdd<HeadingRenderer>(new LowerHeadings());
            renderer.Render(Markdown.Parse(markdown, Pipeline));
            rendered = writer.ToString();
        }
        catch (ArgumentException)
        {
            // Markdig's answer to thousands of nested quotes or brackets.
            return false;
        }

        SafeHtml.Write(html, rendered, blocks);
        return true;
    }

    private sealed class CodeInBlocks(List<HtmlWriter> blocks, RenderRun run, int nesting) : HtmlObjectRenderer<Markdig.Syntax.CodeBlock>
    {
        protected override void Write(HtmlRenderer renderer, Markdig.Syntax.CodeBlock obj)
        {
            var block = new HtmlWriter();
            ValueWriter.WriteFenced(block, obj.Lines.ToString(), (obj as FencedCodeBlock)?.Info, run, nesting + 1);
            renderer.EnsureLine();
            renderer.Write($"<pre {SafeHtml.BlockAttribute}=\"{blocks.Count}\"></pre>");
            blocks.Add(block);
        }
    }

    /// <summary>An image is its description and its address: nothing remote loads, ever.</summary>
    private sealed class ImagesAsText : LinkInlineRenderer
    {
        protected override void Write(HtmlRenderer renderer, LinkInline link)
        {
            if (!link.IsImage)
            {
                base.Write(renderer, link);
                return;
            }

            var wasPlain = !renderer.EnableHtmlForInline;
            renderer.Write("<code>");
            renderer.EnableHtmlForInline = false;
            renderer.WriteChildren(link);
            renderer.EnableHtmlForInline = !wasPlain;
            renderer.Write(" ");
            renderer.WriteEscape(link.Url ?? "");
            renderer.Write("</code>");
        }
    }

    /// <summary>The page has one h1 and the panel one h2; what a prompt calls a heading starts below them.</summary>
    private sealed class LowerHeadings : HtmlObjectRenderer<HeadingBlock>
    {
        protected override void Write(HtmlRenderer renderer, HeadingBlock obj)
        {
            var tag = $"h{Math.Clamp(obj.Level + 2, 3, 6)}";
            renderer.EnsureLine();
            renderer.Write($"<{tag}>");
            renderer.WriteLeafInline(obj);
            renderer.WriteLine($"</{tag}>");
        }
    }
}
