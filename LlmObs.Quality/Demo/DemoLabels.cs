using LlmObs.Domain;
using LlmObs.Domain.Labels;
using LlmObs.Domain.Quality;
using LlmObs.Storage.Labels;
using LlmObs.Storage.Quality;

namespace LlmObs.Quality.Demo;

/// <summary>A queue of the demo's week. Items are labelled where the visitor's thumb or the sandbox tells the answer; the rest is left for people.</summary>
public sealed class DemoLabels(
    LabelSets sets,
    LabelQueues queues,
    LabelReader reader,
    LabelDesk desk,
    JudgedRequestReader requests,
    TimeProvider time
)
{
    private const string Correct = "Correct";
    private const string WrongData = "Wrong data";
    private const string DoesNotRun = "Does not run";

    private static readonly LabelSet Set = new(
        "correct",
        "Is the answer right?",
        LabelKind.Choice,
        [new(Correct, "what was asked for"), new(WrongData, "it runs, and answers something else"), new(DoesNotRun)],
        ["column", "join", "time range", "aggregation"],
        "Read the question with the turns before it, then the SQL, then the result."
    );

    public async Task LabelAsync(Project project, QualityFilter week, CancellationToken cancellationToken)
    {
        var set = await sets.CreateAsync(project.Id, Set, DemoLoop.Name, cancellationToken);
        if (
            set is null
            || await queues.CreateAsync(project.Id, set.Value, "week of the demo", 1, DemoLoop.Name, cancellationToken) is not { } queueId
        )
        {
            return;
        }

        var failed = await requests.PageAsync(new(week, RequestPart.SqlFailed, RequestOrder.Newest, 0), cancellationToken);
        var rated = await requests.PageAsync(new(week, RequestPart.Rated, RequestOrder.Newest, 0), cancellationToken);
        var chosen = failed
            .Concat(rated)
            .Where(request => request is { IsKept: true, Question: not null })
            .DistinctBy(request => request.TraceId)
            .ToList();
        await queues.AddAsync(
            project.Id,
            queueId,
            [.. chosen.Select(request => new NewLabelItem(request.TraceId, null, request.Question!))],
            cancellationToken
        );

        var queue = (await queues.FindAsync(project.Id, queueId, cancellationToken))!;
        var byTrace = chosen.ToDictionary(request => request.TraceId, StringComparer.Ordinal);
        foreach (var item in await reader.ItemsAsync(project.Id, queueId, null, 0, int.MaxValue, time.GetUtcNow(), cancellationToken))
        {
            if (Said(byTrace[item.TraceId]) is (var value, var why))
            {
                var label = new Label(item.Id, DemoLoop.Name, value, [], why, false, time.GetUtcNow());
                await desk.SaveAsync(project, queue, item, label, cancellationToken);
            }
        }
    }

    private static (string Value, string Why)? Said(ListedRequest request) =>
        request switch
        {
            { SqlOutcome: { } outcome } => (DoesNotRun, $"The sandbox says {outcome}."),
            { DataOutcome: { } outcome } => (WrongData, $"The result broke the rule {outcome}."),
            { ExplicitStars: 5 } => (Correct, "The visitor's thumb was up."),
            { ExplicitStars: 1 } => (WrongData, "The visitor's thumb was down."),
            _ => null,
        };
}
