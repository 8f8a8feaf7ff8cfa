using System.Globalization;

namespace LlmObs.Web.Rendering.Json;

/// <summary>Draws JSON as a tree that folds without scripts. Strings that hold JSON, SQL or long text are opened in place.</summary>
internal static class JsonTree
{
    private const int OpenDepth = 4;
    private const int LongList = 60;

    public static void Write(HtmlWriter html, JsonPart part, RenderRun run, int nesting, string path = "$") =>
        Write(html, part, run, nesting, path, 0, comma: false);

    private static void Write(HtmlWriter html, JsonPart part, RenderRun run, int nesting, string path, int depth, bool comma)
    {
        run.JsonBudget--;
        if (part.IsContainer && part.Children.Count > 0)
        {
            WriteContainer(html, part, run, nesting, path, depth, comma);
            return;
        }

        WriteName(html, part);
        if (part.HasEscapes)
        {
            run.SawEscape();
        }

        if (part.Kind == JsonPartKind.String && nesting < RenderRun.NestingLimit && StringContent.Of(part.Text) is { } content)
        {
            content.Write(html, part, run, nesting + 1, path);
            WriteCut(html, part, run);
            return;
        }

        switch (part.Kind)
        {
            case JsonPartKind.Object or JsonPartKind.Array:
                html.Raw(part.Kind == JsonPartKind.Object ? "{" : "[");
                html.Raw(
                    part.IsCut ? ""
                    : part.Kind == JsonPartKind.Object ? "}"
                    : "]"
                );
                break;
            case JsonPartKind.String:
                html.Raw(part.HasEscapes ? "<span class=\"ps esc\">&quot;" : "<span class=\"ps\">&quot;")
                    .Text(run.Decode(part.Text))
                    .Raw(part.IsCut ? "</span>" : "&quot;</span>");
                break;
            default:
                html.Raw(part.Kind == JsonPartKind.Number ? "<span class=\"pn\">" : "<span class=\"pb\">").Text(part.Text).Raw("</span>");
                break;
        }

        WriteCut(html, part, run);
        html.Raw(comma ? "," : "");
    }

    private static void WriteContainer(HtmlWriter html, JsonPart part, RenderRun run, int nesting, string path, int depth, bool comma)
    {
        var (open, close) = part.Kind == JsonPartKind.Object ? ("{", "}") : ("[", "]");
        var count = part.Kind == JsonPartKind.Object ? run.Count("key", part.Children.Count) : run.Count("item", part.Children.Count);
        // What was cut is open down to the cut.
        var isOpen = part.IsCut || (depth < OpenDepth && (depth == 0 || part.Children.Count < LongList));
        html.Raw(isOpen ? "<details open>" : "<details>");
        html.Raw("<summary><svg class=\"icon s\" aria-hidden=\"true\"><use href=\"#i-right\"/></svg>");
        WriteName(html, part);
        html.Raw("<span>")
            .Raw(open)
            .Raw("</span><span class=\"shut\" data-copy-skip>")
            .Text(count)
            .Raw(" ")
            .Raw(close)
            .Raw("</span></summary><div class=\"kids\">");
        for (var i = 0; i < part.Children.Count; i++)
        {
            if (run.JsonBudget <= 0)
            {
                html.Raw("<div class=\"dim\">").Text(run.Say("… {0} more, see the raw value", part.Children.Count - i)).Raw("</div>");
                break;
            }

            var child = part.Children[i];
            var at = child.Name is { } name ? $"{path}.{name}" : string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]");
            html.Raw("<div>");
            Write(html, child, run, nesting, at, depth + 1, comma: i < part.Children.Count - 1);
            html.Raw("</div>");
        }

        html.Raw("</div>").Raw(part.IsCut ? "" : close);
        WriteCut(html, part, run);
        html.Raw(comma ? "," : "").Raw("</details>");
    }

    private static void WriteName(HtmlWriter html, JsonPart part)
    {
        if (part.Name is { } name)
        {
            html.Raw("<span class=\"pk\">&quot;").Text(name).Raw("&quot;</span>: ");
        }
    }

    // Only the innermost value shows the cut; above it the missing brackets say enough.
    private static void WriteCut(HtmlWriter html, JsonPart part, RenderRun run)
    {
        if (part.IsCut && !part.Children.Any(child => child.IsCut))
        {
            html.Raw(" <span class=\"chip warn\" data-copy-skip>").Text(run.CutBy).Raw("</span>");
        }
    }
}
