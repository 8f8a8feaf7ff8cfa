using LlmObs.Domain.Evaluators;
using LlmObs.Domain.Evaluators.Sql;
using LlmObs.Quality.Sql;
using LlmObs.ServiceDefaults;
using LlmObs.Storage;
using LlmObs.Storage.Access;
using LlmObs.Storage.Evaluators;
using LlmObs.Storage.Jobs;
using LlmObs.Storage.Schema;
using Microsoft.Extensions.Options;

namespace LlmObs.Quality.Evaluation;

/// <summary>
/// At start and every minute: checks the sandboxes, tells the pages what there is to work with, forgets old replies and jobs, and makes the evaluators of
/// the configuration once. A role that may do more than read is refused here, before anything runs as it.
/// </summary>
public sealed partial class Preparation(
    Sandboxes sandboxes,
    QualityResources resources,
    EvaluatorStore evaluators,
    JudgeLedger ledger,
    JobTurns jobs,
    Projects projects,
    SchemaState schema,
    IOptions<QualityOptions> options,
    TimeProvider time,
    ILogger<Preparation> logger
) : TurnLoop(time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan EndedJobs = TimeSpan.FromDays(30);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    private readonly List<ConfiguredEvaluator> open = [.. options.Value.Evaluators];

    protected override Task ReadyAsync(CancellationToken stoppingToken) => schema.WaitAsync(stoppingToken);

    protected override async Task<TimeSpan> TurnAsync(CancellationToken stoppingToken)
    {
        var isWell = await ReportAsync(stoppingToken);
        await MakeEvaluatorsAsync(stoppingToken);
        await ledger.ForgetAsync(TimeSpan.FromDays(options.Value.Judging.CacheDays), stoppingToken);
        await jobs.ForgetAsync(EndedJobs, stoppingToken);
        return isWell && open.Count == 0 ? Interval : Soon;
    }

    protected override TimeSpan Failed(Exception exception)
    {
        if (exception is StorageUnavailableException)
        {
            Log.Away(logger, exception.Message);
        }
        else
        {
            Log.Failed(logger, exception);
        }

        return Soon;
    }

    /// <returns>False when something is not well, and worth another look soon.</returns>
    private async Task<bool> ReportAsync(CancellationToken cancellationToken)
    {
        var isWell = true;
        foreach (var (name, sandbox) in sandboxes.All)
        {
            var problem = await ProblemAsync(sandbox, cancellationToken);
            if (problem is not null)
            {
                isWell = false;
                Log.Refused(logger, name, problem);
            }

            await resources.SaveAsync("sql", name, sandbox.Dialect, problem, cancellationToken);
        }

        foreach (var (name, model) in options.Value.Models)
        {
            await resources.SaveAsync("model", name, model.Name, null, cancellationToken);
        }

        await resources.KeepOnlyAsync("sql", [.. sandboxes.All.Keys], cancellationToken);
        await resources.KeepOnlyAsync("model", [.. options.Value.Models.Keys], cancellationToken);
        return isWell;
    }

    private static async Task<string?> ProblemAsync(ISqlSandbox sandbox, CancellationToken cancellationToken)
    {
        try
        {
            return await sandbox.FindProblemAsync(cancellationToken);
        }
        catch (SqlSandboxAwayException exception)
        {
            return exception.Message;
        }
    }

    private async Task MakeEvaluatorsAsync(CancellationToken cancellationToken)
    {
        foreach (var wanted in open.ToList())
        {
            // Its project may be made by a key that Ingest is about to read.
            if (await projects.FindAsync(wanted.Project, cancellationToken) is { } project)
            {
                await MakeAsync(project, wanted, cancellationToken);
                open.Remove(wanted);
            }
        }
    }

    // What people changed on the page stays: the configuration says how an evaluator begins.
    private async Task MakeAsync(Domain.Project project, ConfiguredEvaluator wanted, CancellationToken cancellationToken)
    {
        if (EvaluatorFaults.Find(wanted.Name, wanted.ToDefinition()) is { } fault)
        {
            Log.Invalid(logger, wanted.Name, fault.Field, fault.Problem);
        }
        else if (await evaluators.FindAsync(project.Id, wanted.Name, cancellationToken) is null)
        {
            await evaluators.SaveAsync(project, wanted.Name, wanted.ToDefinition(), wanted.OnArrival, "configuration", cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Evaluators wait for PostgreSQL: {Reason}")]
        public static partial void Away(ILogger logger, string reason);

        [LoggerMessage(2, LogLevel.Warning, "The connection {Name} is not used: {Problem}")]
        public static partial void Refused(ILogger logger, string name, string problem);

        [LoggerMessage(3, LogLevel.Error, "Quality:Evaluators: {Name}: {Field} {Problem}")]
        public static partial void Invalid(ILogger logger, string name, string field, string problem);

        [LoggerMessage(4, LogLevel.Error, "Preparing evaluators failed; it is tried again.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
