using LlmObs.Domain.Labels;
using LlmObs.Storage.Labels;
using LlmObs.Web.Search;
using LlmObs.Web.Shell;

namespace LlmObs.Web.Labels;

/// <summary>A queue as it is typed.</summary>
public sealed class QueueForm
{
    public string? Name { get; set; }
    public int Set { get; set; }
    public int Readings { get; set; } = 1;
    public string? Query { get; set; }
    public string? Range { get; set; }
    public string? From { get; set; }
    public string? To { get; set; }
    public bool BySpan { get; set; }
    public int Limit { get; set; } = 200;

    public static QueueForm Of(SearchAddress asked) =>
        new()
        {
            Query = asked.Query,
            Range = asked.Range.Last,
            From = asked.Range.Last is null ? TimeRange.Text(asked.Range.From) : null,
            To = asked.Range.Last is null ? TimeRange.Text(asked.Range.To) : null,
            BySpan = asked.View == SearchView.Spans,
        };

    /// <summary>The field that cannot be taken; null when all can.</summary>
    public string? Fault() =>
        Annotator.OneLine(Name).Length is 0 or > LabelQueue.MaxName ? "name"
        : Readings is < 1 or > LabelQueue.MaxReadings ? "readings"
        : Limit is < 1 or > LabelQueue.MaxAdded ? "limit"
        : null;

    public QueueFill Fill(ViewerZone zone) =>
        new((Query ?? "").ReplaceLineEndings(" ").Trim(), TimeRange.Read(Range, From, To, zone.Now, zone.FromWallClock), BySpan, Limit);
}
