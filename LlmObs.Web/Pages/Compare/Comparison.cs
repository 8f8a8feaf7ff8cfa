using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.Storage.Reading;
using LlmObs.Web.Pages.Traces;

namespace LlmObs.Web.Pages.Compare;

/// <summary>A row of the comparison.</summary>
/// <param name="IsToldDifferently">What the step was given differs; false where nobody looked.</param>
/// <param name="SaysDifferently">What it answered differs.</param>
public sealed record ComparedStep(AlignedStep Step, SubtreeTotals? Left, SubtreeTotals? Right, bool IsToldDifferently, bool SaysDifferently);

/// <summary>Two traces, or two requests with all their traces, side by side.</summary>
/// <param name="IsWhole">They are requests.</param>
/// <param name="Selected">The pair whose values are shown; −1 for none.</param>
/// <param name="Values">Of the selected pair.</param>
/// <param name="LeftOut">Rows beyond the most that are drawn.</param>
public sealed record Comparison(
    TraceView Left,
    TraceView Right,
    bool IsWhole,
    IReadOnlyList<ComparedStep> Steps,
    int Selected,
    IReadOnlyList<ComparedValue> Values,
    int LeftOut
)
{
    private const int MostRows = 1000;
    private const int MostContents = 200;

    /// <param name="left">The selected step of the left trace; null lets the first difference be chosen.</param>
    /// <param name="right">The selected step of the right trace.</param>
    public static async Task<Comparison> ReadAsync(
        TraceReader traces,
        int projectId,
        (TraceView Left, TraceView Right) views,
        bool isWhole,
        (SpanRef? Left, SpanRef? Right) selected,
        CancellationToken cancellationToken
    )
    {
        var aligned = TraceAlignment.Of(views.Left.Tree, views.Right.Tree);
        var shown = aligned.Take(MostRows).ToList();
        var contents = await ContentsAsync(traces, projectId, shown, selected, cancellationToken);
        var (leftTotals, rightTotals) = (Totals(views.Left.Tree), Totals(views.Right.Tree));
        var steps = shown.Select(step => Compare(step, contents, leftTotals, rightTotals)).ToList();
        var at = Choose(steps, selected);
        var values = at < 0 ? [] : ComparedValue.Of(Record(contents, steps[at].Step.Left), Record(contents, steps[at].Step.Right));
        return new(views.Left, views.Right, isWhole, steps, at, values, aligned.Count - shown.Count);
    }

    /// <summary>Contents of the pairs that a model, a tool or a search answered, and of the selected one.</summary>
    private static async Task<Dictionary<SpanRef, SpanRecord>> ContentsAsync(
        TraceReader traces,
        int projectId,
        List<AlignedStep> steps,
        (SpanRef? Left, SpanRef? Right) selected,
        CancellationToken cancellationToken
    )
    {
        var wanted = steps
            .Where(step => step is { Left: { } left, Right: not null } && left.Span.Kind is SpanKind.Llm or SpanKind.Tool or SpanKind.Retriever)
            .Take(MostContents)
            .Concat(steps.Where(step => Is(step, selected)))
            .SelectMany(step => new[] { step.Left?.Ref, step.Right?.Ref })
            .OfType<SpanRef>()
            .ToHashSet();
        var records = await traces.RecordsAsync(projectId, wanted, cancellationToken);
        return records.ToDictionary(record => new SpanRef(record.Span.TraceId, record.Span.SpanId));
    }

    private static ComparedStep Compare(
        AlignedStep step,
        Dictionary<SpanRef, SpanRecord> contents,
        Dictionary<SpanRef, SubtreeTotals> left,
        Dictionary<SpanRef, SubtreeTotals> right
    )
    {
        var differing =
            Record(contents, step.Left) is { } a && Record(contents, step.Right) is { } b
                ? ComparedValue.Of(a, b).Where(value => !value.IsEqual).ToList()
                : [];
        return new(
            step,
            step.Left is { } l ? left[l.Ref] : null,
            step.Right is { } r ? right[r.Ref] : null,
            differing.Any(value => !IsAnswer(value)),
            differing.Any(IsAnswer)
        );
    }

    private static bool IsAnswer(ComparedValue value) => value.Label is "output" or "assistant" or "model" or "ai";

    private static int Choose(List<ComparedStep> steps, (SpanRef? Left, SpanRef? Right) selected) =>
        selected is not (null, null)
            ? steps.FindIndex(step => Is(step.Step, selected))
            : steps.FindIndex(step => step.SaysDifferently || step.IsToldDifferently);

    private static bool Is(AlignedStep step, (SpanRef? Left, SpanRef? Right) selected) =>
        selected is not (null, null) && step.Left?.Ref == selected.Left && step.Right?.Ref == selected.Right;

    private static SpanRecord? Record(Dictionary<SpanRef, SpanRecord> contents, TraceNode? node) =>
        node is null ? null : contents.GetValueOrDefault(node.Ref);

    private static Dictionary<SpanRef, SubtreeTotals> Totals(TraceTree tree) =>
        tree.Rows.Zip(SubtreeTotals.Of(tree)).ToDictionary(pair => pair.First.Ref, pair => pair.Second);
}
