using System.Globalization;
using LlmObs.Domain.Spans;
using LlmObs.Web.Formatting;
using LlmObs.Web.Rendering;
using Microsoft.AspNetCore.Html;

namespace LlmObs.Web.Pages.Traces;

/// <summary>Writes the graph as SVG: columns from left to right, every node a link.</summary>
public static class GraphDrawing
{
    private const int NodeWidth = 168;
    private const int NodeHeight = 40;
    private const int Column = 244;
    private const int Line = 58;
    private const int Margin = 12;

    /// <param name="parallel">The word for a branch that was taken beside others.</param>
    /// <param name="inferred">The word for a call that nobody stated.</param>
    public static IHtmlContent Draw(StepGraph graph, TraceAddress address, string label, string parallel, string inferred)
    {
        var width = (graph.Nodes.Max(node => node.Layer) * Column) + NodeWidth + 60 + Margin;
        var height = (graph.Nodes.Max(node => node.Place) * Line) + NodeHeight + (2 * Margin);
        var html = new HtmlWriter()
            .Raw(Text($"<svg class=\"graph\" width=\"{width}\" height=\"{height}\" role=\"group\" aria-label=\""))
            .Attribute(label)
            .Raw(
                "\"><defs><marker id=\"tip\" viewBox=\"0 0 6 6\" refX=\"6\" refY=\"3\" markerWidth=\"6\" markerHeight=\"6\" orient=\"auto\"><path d=\"M0 0 6 3 0 6z\"/></marker></defs>"
            );
        foreach (var edge in graph.Edges)
        {
            DrawEdge(html, graph.Nodes[edge.From], graph.Nodes[edge.To], edge, inferred);
        }

        foreach (var node in graph.Nodes)
        {
            DrawNode(html, node, address, parallel);
        }

        return html.Raw("</svg>").ToHtml();
    }

    private static void DrawEdge(HtmlWriter html, GraphNode from, GraphNode to, GraphEdge edge, string inferred)
    {
        // What comes next is drawn within a column only; across columns it says what the calls say already.
        if (!edge.IsCall && from.Layer != to.Layer)
        {
            return;
        }

        var (right, middle) = (X(from) + NodeWidth, Y(from) + (NodeHeight / 2));
        var (left, target) = (X(to), Y(to) + (NodeHeight / 2));
        var path =
            edge.IsCall && to.Layer > from.Layer ? $"M{right} {middle}C{right + 38} {middle} {left - 38} {target} {left - 1} {target}"
            : !edge.IsCall && to.Place == from.Place + 1 ? $"M{X(from) + 24} {Y(from) + NodeHeight}V{Y(to) - 1}"
            : $"M{right} {middle}C{right + 46} {middle} {X(to) + NodeWidth + 46} {target} {X(to) + NodeWidth + 1} {target}";
        var look =
            edge.IsInferred ? "call inferred"
            : edge.IsCall ? "call"
            : "next";
        html.Raw(Text($"<path class=\"{look}\" d=\"{path}\" marker-end=\"url(#tip)\"/>"));
        var count = edge.Count > 1 && edge.IsCall ? Figures.Axis(edge.Count) : "";
        var said = edge.IsInferred ? $"{inferred} {count}".TrimEnd() : count;
        if (said.Length > 0)
        {
            html.Raw(Text($"<text class=\"n\" x=\"{(right + left) / 2}\" y=\"{((middle + target) / 2) - 4}\">")).Text(said).Raw("</text>");
        }
    }

    private static void DrawNode(HtmlWriter html, GraphNode node, TraceAddress address, string parallel)
    {
        var look = KindLook.Of(node.Kind);
        var selected = node.Target.SpanId == address.Span && node.Target.TraceId == address.TraceId;
        html.Raw("<a href=\"")
            .Attribute(address.To(node.Target).Page)
            .Raw("\" class=\"")
            .Raw(look.Class)
            .Raw(node.Failures > 0 ? " failed" : "")
            .Raw(selected ? "\" aria-current=\"true\">" : "\">")
            .Raw(Text($"<svg x=\"{X(node)}\" y=\"{Y(node)}\" width=\"{NodeWidth}\" height=\"{NodeHeight}\"><title>"))
            .Text(node.Name)
            .Raw("</title>")
            .Raw(Text($"<rect x=\"0.5\" y=\"0.5\" width=\"{NodeWidth - 1}\" height=\"{NodeHeight - 1}\" rx=\"3\"/>"))
            .Raw("<use class=\"icon kind\" href=\"#i-")
            .Raw(look.Icon)
            .Raw("\" x=\"8\" y=\"6\" width=\"14\" height=\"14\"/><text x=\"28\" y=\"17\">")
            .Text(node.Name)
            .Raw("</text><text class=\"sub\" x=\"28\" y=\"32\">")
            .Text($"×{Figures.Count(node.Count)} · {Figures.Duration(node.TotalNano)}{(node.IsParallelBranch ? " · " + parallel : "")}");
        if (node.Failures > 0)
        {
            html.Raw(" <tspan class=\"bad\">· ✕ ").Text(Figures.Count(node.Failures)).Raw("</tspan>");
        }

        html.Raw("</text></svg></a>");
    }

    private static int X(GraphNode node) => Margin + (node.Layer * Column);

    private static int Y(GraphNode node) => Margin + (node.Place * Line);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
