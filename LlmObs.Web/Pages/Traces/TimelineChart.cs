using LlmObs.Domain.Spans;

namespace LlmObs.Web.Pages.Traces;

/// <summary>A bar of the timeline.</summary>
/// <param name="Lane">From 0, below its parent's.</param>
/// <param name="Start">Percent of the whole.</param>
public sealed record TimelineBar(Span Span, int Row, int Lane, double Start, double Width);

/// <summary>
/// The steps as bars in lanes, everything under the step that contains it: what ran beside what is seen at once. Of a very large
/// trace the longest steps are drawn.
/// </summary>
/// <param name="Lanes">How many are used.</param>
/// <param name="LeftOut">Steps too short, or too deep, to draw.</param>
public sealed record TimelineChart(IReadOnlyList<TimelineBar> Bars, int Lanes, int LeftOut)
{
    private const int MostBars = 2000;
    private const int MostLanes = 80;

    public static TimelineChart Of(TraceView view)
    {
        var bars = Lay(view);
        var drawn = bars.OrderByDescending(bar => bar.Span.DurationNano).Take(MostBars).OrderBy(bar => bar.Row).ToList();
        return new(drawn, drawn.Count == 0 ? 0 : drawn.Max(bar => bar.Lane) + 1, view.Tree.Rows.Count - drawn.Count);
    }

    private static List<TimelineBar> Lay(TraceView view)
    {
        var bars = new List<TimelineBar>(view.Rows.Count);
        var busyUntil = new long[MostLanes];
        var lanes = new List<int>();
        for (var row = 0; row < view.Rows.Count; row++)
        {
            if (view.Rows.Node(row) is not { } node)
            {
                continue;
            }

            var lane = node.Depth == 0 ? 0 : lanes[node.Depth - 1] + 1;
            while (lane < MostLanes && busyUntil[lane] > node.Span.StartUnixNano)
            {
                lane++;
            }

            lanes.RemoveRange(Math.Min(lanes.Count, node.Depth), Math.Max(0, lanes.Count - node.Depth));
            lanes.Add(Math.Min(lane, MostLanes - 1));
            if (lane < MostLanes)
            {
                busyUntil[lane] = Math.Max(busyUntil[lane], node.Span.EndUnixNano);
                bars.Add(Bar(view, node.Span, row, lane));
            }
        }

        return bars;
    }

    private static TimelineBar Bar(TraceView view, Span span, int row, int lane)
    {
        var total = (double)Math.Max(1, view.Summary.DurationNano);
        var start = Math.Clamp(100 * (span.StartUnixNano - view.Summary.StartUnixNano) / total, 0, 99.9);
        return new(span, row, lane, start, Math.Min(Math.Max(100 * span.DurationNano / total, 0.1), 100 - start));
    }
}
