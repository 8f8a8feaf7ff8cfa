using LlmObs.Domain;
using LlmObs.Domain.Cases;
using LlmObs.Domain.Quality;
using LlmObs.Domain.Scores;
using LlmObs.Domain.Traces;
using LlmObs.Storage;
using LlmObs.Storage.Cases;
using LlmObs.Storage.Quality;
using LlmObs.Storage.Reading;
using LlmObs.Storage.Sampling;

namespace LlmObs.Quality.Demo;

/// <summary>
/// Opens a case for each of the largest groups of failures of the first release, with the failing step as its cause, and sees whether the next release
/// mends it. Like its traffic it is played in the demo's week: a case is opened when the first request failed in that way and located when the third did;
/// it is fixed when the next release came, and verified with its last answer to the case's questions.
/// </summary>
public sealed class DemoCases(
    Database database,
    TraceSampling sampling,
    CaseRegressionReader regressions,
    FailureReader failures,
    JudgedRequestReader requests,
    TraceReader traces,
    ScoreReader scores
)
{
    private const int Cases = 3;
    private const int MostTraces = 8;
    private const int EnoughToLocate = 3;

    /// <param name="first">The requests of the release that failed.</param>
    /// <param name="next">The release that may mend it.</param>
    public async Task OpenAsync(Project project, QualityFilter first, QualityTally next, CancellationToken cancellationToken)
    {
        foreach (var group in (await failures.GroupsAsync(first, cancellationToken)).Take(Cases))
        {
            var question = new RequestQuestion(first, RequestPart.Group, RequestOrder.Newest, 0)
            {
                Category = group.Category,
                Label = group.Label,
                Step = group.Step,
            };
            var failed = (await requests.PageAsync(question, cancellationToken)).Where(request => request.IsKept).Reverse().ToList();
            if (failed.Count > 0)
            {
                await PlayAsync(project, group, failed, next, cancellationToken);
            }
        }
    }

    /// <param name="failed">The requests of the group, oldest first.</param>
    private async Task PlayAsync(
        Project project,
        FailureGroup group,
        List<ListedRequest> failed,
        QualityTally next,
        CancellationToken cancellationToken
    )
    {
        var clock = new DemoClock();
        var (book, progress) = (new CaseBook(database, sampling, clock), new CaseProgress(database, clock));
        var example = failed[0];
        var judged = await scores.OfTraceAsync(project.Id, example.TraceId, null, null, cancellationToken);
        var failing = judged.LastOrDefault(score => score is { Name: ScoreNames.SqlExecutable or ScoreNames.DataValid, Value: 0 });
        var tree = TraceTree.Build(await traces.SpansAsync(project.Id, example.TraceId, cancellationToken));
        var opened = new NewCase(
            TitleOf(group),
            failing is null ? "trace" : Case.OriginOf(failing.Source),
            DemoLoop.Name,
            TraceFingerprint.Of(tree),
            null,
            [.. failed.Take(MostTraces).Select(request => new CaseTrace(request.TraceId, request.Question ?? request.TraceId))]
        )
        {
            ScoreId = failing?.Id,
        };
        clock.GoOn(EndOf(example));
        var id = await book.OpenAsync(project.Id, opened, DemoLoop.Name, cancellationToken);
        if (group.Category == "error" || failed.Count < EnoughToLocate)
        {
            return;
        }

        clock.GoOn(EndOf(failed[EnoughToLocate - 1]));
        var cause = new CaseCause(CategoryOf(group), example.TraceId, failing?.SpanId, group.Message);
        await progress.LocateAsync(project.Id, id, CaseState.New, cause, DemoLoop.Name, cancellationToken);
        var answers = (await regressions.ReadAsync(project.Id, id, cancellationToken)).Answers.Where(answer => answer.Release == next.Key).ToList();
        var ran = answers.Count(answer => answer is { SqlJudged: > 0, SqlOutcome: null });
        if (group.Category != "sql" || ran == 0)
        {
            return;
        }

        clock.GoOn(new(next.FirstAt));
        await progress.FixAsync(project.Id, id, next.Key, DemoLoop.Name, cancellationToken);
        clock.GoOn(new(answers.Max(answer => answer.StartedAt)));
        var seen = $"{next.Key} was asked {answers.Count} of these questions; the SQL of {ran} ran.";
        await book.RemarkAsync(project.Id, id, seen, DemoLoop.Name, cancellationToken);
        if (ran == answers.Count)
        {
            await progress.VerifyAsync(project.Id, id, isCauseRight: true, DemoLoop.Name, cancellationToken);
        }
    }

    private static DateTimeOffset EndOf(ListedRequest request) => new DateTimeOffset(request.StartedAt).AddMilliseconds(request.DurationMs);

    private static string CategoryOf(FailureGroup group) =>
        group switch
        {
            { Label: "unknown_column" or "unknown_table" } => "schema",
            { Category: "data" } => "data",
            _ => "prompt",
        };

    private static string TitleOf(FailureGroup group) =>
        group.Message is { Length: > 0 } message ? message.Split('\n')[0] : $"{group.Category}: {group.Label}";
}
