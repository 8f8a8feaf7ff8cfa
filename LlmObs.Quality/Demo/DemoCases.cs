using LlmObs.Domain;
using LlmObs.Domain.Cases;
using LlmObs.Domain.Quality;
using LlmObs.Domain.Scores;
using LlmObs.Domain.Traces;
using LlmObs.Storage.Cases;
using LlmObs.Storage.Quality;
using LlmObs.Storage.Reading;

namespace LlmObs.Quality.Demo;

/// <summary>Opens a case for each of the largest groups of failures of the first release, with the failing step as its cause, and sees whether the next release mends it.</summary>
public sealed class DemoCases(
    CaseBook book,
    CaseRegressionReader regressions,
    FailureReader failures,
    JudgedRequestReader requests,
    TraceReader traces,
    ScoreReader scores
)
{
    private const int Cases = 3;
    private const int MostTraces = 8;

    /// <param name="first">The requests of the release that failed.</param>
    /// <param name="next">The release that may mend it.</param>
    public async Task OpenAsync(Project project, QualityFilter first, string next, CancellationToken cancellationToken)
    {
        foreach (var group in (await failures.GroupsAsync(first, cancellationToken)).Take(Cases))
        {
            var id = await OpenAsync(project, first, group, cancellationToken);
            if (id is { } located && group.Category == "sql")
            {
                await ReviewAsync(project, located, next, cancellationToken);
            }
        }
    }

    private async Task<long?> OpenAsync(Project project, QualityFilter filter, FailureGroup group, CancellationToken cancellationToken)
    {
        var question = new RequestQuestion(filter, RequestPart.Group, RequestOrder.Newest, 0)
        {
            Category = group.Category,
            Label = group.Label,
            Step = group.Step,
        };
        var seen = (await requests.PageAsync(question, cancellationToken)).Where(request => request.IsKept).Take(MostTraces).ToList();
        if (seen is not [var example, ..] || await traces.SpansAsync(project.Id, example.TraceId, cancellationToken) is not { Count: > 0 } spans)
        {
            return null;
        }

        var judged = await scores.OfTraceAsync(project.Id, example.TraceId, null, null, cancellationToken);
        var failing = judged.LastOrDefault(score => score is { Name: ScoreNames.SqlExecutable or ScoreNames.DataValid, Value: 0 });
        var cause = group.Category == "error" ? null : new CaseCause(CategoryOf(group), example.TraceId, failing?.SpanId, group.Message);
        return await book.OpenAsync(
            project.Id,
            new(
                TitleOf(group),
                failing is null ? "trace" : Case.OriginOf(failing.Source),
                DemoLoop.Name,
                TraceFingerprint.Of(TraceTree.Build(spans)),
                cause,
                [.. seen.Select(request => new CaseTrace(request.TraceId, request.Question ?? request.TraceId))]
            )
            {
                ScoreId = failing?.Id,
            },
            DemoLoop.Name,
            cancellationToken
        );
    }

    /// <summary>The next release is said to mend it; where all its answers to the case's questions ran, that is seen to be so.</summary>
    private async Task ReviewAsync(Project project, long id, string next, CancellationToken cancellationToken)
    {
        var answers = (await regressions.ReadAsync(project.Id, id, cancellationToken)).Answers.Where(answer => answer.Release == next).ToList();
        var ran = answers.Count(answer => answer is { SqlJudged: > 0, SqlOutcome: null });
        if (ran == 0)
        {
            return;
        }

        await book.FixAsync(project.Id, id, next, DemoLoop.Name, cancellationToken);
        await book.RemarkAsync(
            project.Id,
            id,
            $"{next} was asked {answers.Count} of these questions; the SQL of {ran} ran.",
            DemoLoop.Name,
            cancellationToken
        );
        if (ran == answers.Count)
        {
            await book.VerifyAsync(project.Id, id, isCauseRight: true, DemoLoop.Name, cancellationToken);
        }
    }

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
