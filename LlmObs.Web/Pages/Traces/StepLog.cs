using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.Storage.Reading;
using LlmObs.Web.Formatting;

namespace LlmObs.Web.Pages.Traces;

/// <summary>What happened at one moment.</summary>
/// <param name="Event">What the step recorded then; null for its start.</param>
/// <param name="Text">One line.</param>
public sealed record StepLogEntry(long AtNano, Span Span, string? Event, string Text, bool IsBad)
{
    /// <summary>Where a search finds the text.</summary>
    public string Field =>
        Event switch
        {
            null => "question",
            Failed => "statusMessage",
            _ => "logs",
        };

    /// <summary>The event that a step ended with.</summary>
    public const string Failed = "failed";
}

/// <summary>Starts of steps and what they recorded, in order of time, some hundred steps at a time.</summary>
/// <param name="From">The first step shown, counted by start.</param>
/// <param name="Steps">How many there are.</param>
public sealed record StepLog(IReadOnlyList<StepLogEntry> Entries, int From, int Steps)
{
    public const int PageSize = 200;

    private const int TextLength = 240;

    public int? Previous => From == 0 ? null : Math.Max(0, From - PageSize);

    public int? Next => From + PageSize < Steps ? From + PageSize : null;

    public static async Task<StepLog> ReadAsync(TraceReader traces, int projectId, TraceView view, int from, CancellationToken cancellationToken)
    {
        from = Math.Clamp(from, 0, Math.Max(0, view.Tree.Rows.Count - 1));
        var shown = view.Tree.Rows.OrderBy(node => node.Span.StartUnixNano).Skip(from).Take(PageSize).Select(node => node.Ref).ToList();
        var records = await traces.RecordsAsync(projectId, shown, cancellationToken);
        return new([.. records.SelectMany(EntriesOf).OrderBy(entry => entry.AtNano)], from, view.Tree.Rows.Count);
    }

    private static IEnumerable<StepLogEntry> EntriesOf(SpanRecord record)
    {
        var span = record.Span;
        yield return new(span.StartUnixNano, span, null, Excerpt.Of(span.Question, TextLength), IsBad: false);
        foreach (var item in record.Content.Events)
        {
            var isException = item.Name == "exception";
            var members = SpanPanel.Members(item.Attributes);
            var text = isException
                ? SpanException.Of([item])?.Message ?? ""
                : string.Join(", ", members.Select(member => $"{member.Name} = {member.Value}"));
            yield return new(item.TimeUnixNano, span, item.Name, Excerpt.Of(text, TextLength), isException);
        }

        if (span.Status == SpanStatus.Error)
        {
            yield return new(span.EndUnixNano, span, StepLogEntry.Failed, Excerpt.Of(span.StatusMessage ?? span.ErrorType, TextLength), IsBad: true);
        }
    }
}
