using LlmObs.Domain;
using LlmObs.Domain.Quality;
using LlmObs.ServiceDefaults;
using LlmObs.Storage;
using LlmObs.Storage.Access;
using LlmObs.Storage.Cases;
using LlmObs.Storage.Labels;
using LlmObs.Storage.Quality;
using LlmObs.Storage.Schema;

namespace LlmObs.Quality.Demo;

/// <summary>Once the demo's week was played and judged: labels some of it and opens cases, so that their pages have something to show. Everything is marked as made by <see cref="Name"/>.</summary>
public sealed partial class DemoLoop(
    Projects projects,
    LabelSets sets,
    QualityReader quality,
    DemoLabels labels,
    DemoCases cases,
    CaseReader caseReader,
    SchemaState schema,
    TimeProvider time,
    ILogger<DemoLoop> logger
) : TurnLoop(time)
{
    /// <summary>Who labels and files in the demo.</summary>
    public const string Name = "demo";

    private const int EnoughJudged = 200;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    protected override Task ReadyAsync(CancellationToken stoppingToken) => schema.WaitAsync(stoppingToken);

    protected override async Task<TimeSpan> TurnAsync(CancellationToken stoppingToken)
    {
        if (await projects.FindAsync(Project.DefaultName, stoppingToken) is not { } project)
        {
            return Pause;
        }

        // What an earlier start made stays as it is.
        var hasLabels = (await sets.ListAsync(project.Id, stoppingToken)).Any(set => set.CreatedBy == Name);
        var hasCases = (await caseReader.CountsAsync(project.Id, stoppingToken)).Count > 0;
        if (hasLabels && hasCases)
        {
            return Timeout.InfiniteTimeSpan;
        }

        var week = new QualityFilter(project.Id, Time.GetUtcNow().AddDays(-8), Time.GetUtcNow());
        var releases = (await quality.TalliesAsync(week, QualityGroup.Release, stoppingToken)).OrderBy(release => release.FirstAt).ToList();
        if (releases is not [var first, .., var last] || Math.Min(first.SqlJudged, last.SqlJudged) < EnoughJudged)
        {
            return Pause;
        }

        if (!hasCases)
        {
            await cases.OpenAsync(project, week with { Release = first.Key }, last, stoppingToken);
        }

        if (!hasLabels)
        {
            await labels.LabelAsync(project, week, stoppingToken);
        }

        return Timeout.InfiniteTimeSpan;
    }

    protected override TimeSpan Failed(Exception exception)
    {
        if (exception is not StorageUnavailableException)
        {
            Log.Failed(logger, exception);
        }

        return Pause;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The demo's labels and cases could not be made; it is tried again.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
