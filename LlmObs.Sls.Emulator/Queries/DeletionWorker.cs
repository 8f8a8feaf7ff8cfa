using System.Threading.Channels;
using LlmObs.Sls.Emulator.Catalog;
using LlmObs.Sls.Emulator.Http;

namespace LlmObs.Sls.Emulator.Queries;

/// <summary>Runs deletions one after the other, also those that a stop cut short.</summary>
public sealed partial class DeletionWorker(SlsCatalog catalog, DeletionTasks tasks, LogDeletion deletion, ILogger<DeletionWorker> logger)
    : BackgroundService
{
    private readonly Channel<(string Project, string Logstore, string Id)> waiting = Channel.CreateUnbounded<(string, string, string)>();

    /// <summary>A task that was stored before.</summary>
    public void Begin(string project, string logstore, string id) => waiting.Writer.TryWrite((project, logstore, id));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var logstore in catalog.AllLogstores())
        {
            foreach (var task in tasks.List(logstore.Project, logstore.Name).Reverse().Where(task => task.IsWaiting))
            {
                Begin(logstore.Project, logstore.Name, task.Id);
            }
        }
        await foreach (var (project, logstore, id) in waiting.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await RunAsync(project, logstore, tasks.Find(project, logstore, id), stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // Most likely the logstore was deleted meanwhile, and its tasks with it.
                Log.Failed(logger, failure, id, project, logstore);
            }
        }
    }

    private async Task RunAsync(string project, string logstore, DeletionTask task, CancellationToken cancellationToken)
    {
        if (!task.IsWaiting)
        {
            return;
        }
        try
        {
            await deletion.RunAsync(
                catalog.Open(project, logstore),
                new LogQuery(task.From, task.To, task.Query),
                task.Before,
                progress => tasks.Update(project, logstore, task with { Progress = progress }),
                cancellationToken
            );
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            tasks.Update(project, logstore, task with { ErrorCode = (failure as SlsException)?.Status ?? 500, ErrorMessage = failure.Message });
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "What became of deletion {Task} of {Project}/{Logstore} could not be stored")]
        public static partial void Failed(ILogger logger, Exception exception, string task, string project, string logstore);
    }
}
