using System.Diagnostics.Metrics;
using LlmObs.Domain;
using LlmObs.Domain.Redaction;
using LlmObs.Storage.Schema;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LlmObs.Storage.Redaction;

/// <summary>Counts finds in memory: as many numbers as there are rules and fields. <see cref="RedactionCountsLoop"/> adds them to PostgreSQL.</summary>
public sealed class RedactionCounts
{
    private const string MeterName = "LlmObs.Ingest";
    private readonly Counter<long> finds;
    private readonly Lock gate = new();
    private Dictionary<(int Project, string Rule, bool DryRun, string Field), FindCount> waiting = [];

    public RedactionCounts(IMeterFactory meters) =>
        finds = meters
            .Create(MeterName)
            .CreateCounter<long>("llmobs.ingest.redaction.finds", "{find}", "What redaction rules found, by rule and whether it was only a dry run.");

    public void Add(Project project, RedactionFind find, bool isDryRun, string traceId, string spanId)
    {
        finds.Add(1, new("project", project.Name), new("rule", find.Rule), new("dry_run", isDryRun));
        lock (gate)
        {
            var key = (project.Id, find.Rule, isDryRun, find.Field);
            var before = waiting.GetValueOrDefault(key)?.Finds ?? 0;
            waiting[key] = new(project.Id, find.Rule, isDryRun, find.Field, before + 1, traceId, spanId);
        }
    }

    public IReadOnlyList<FindCount> Take()
    {
        lock (gate)
        {
            var taken = waiting;
            waiting = [];
            return [.. taken.Values];
        }
    }

    /// <summary>Puts back what could not be stored.</summary>
    public void Return(IReadOnlyList<FindCount> counts)
    {
        lock (gate)
        {
            foreach (var count in counts)
            {
                var key = (count.ProjectId, count.Rule, count.IsDryRun, count.Field);
                waiting[key] = waiting.TryGetValue(key, out var newer) ? newer with { Finds = newer.Finds + count.Finds } : count;
            }
        }
    }
}

/// <summary>Adds the counts to PostgreSQL every few seconds, and once more when the process stops.</summary>
public sealed partial class RedactionCountsLoop(
    RedactionCounts counts,
    RedactionFinds store,
    SchemaState schema,
    TimeProvider time,
    ILogger<RedactionCountsLoop> logger
) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await StoreAsync();
        }
    }

    private async Task StoreAsync()
    {
        var taken = counts.Take();
        if (taken.Count == 0)
        {
            return;
        }

        try
        {
            await store.AddAsync(taken, CancellationToken.None);
        }
        catch (StorageUnavailableException exception)
        {
            counts.Return(taken);
            Log.NotYet(logger, exception.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Counts of redaction wait in memory: {Reason}")]
        public static partial void NotYet(ILogger logger, string reason);
    }
}
