using System.Diagnostics.Metrics;
using LlmObs.Domain;
using LlmObs.Domain.Redaction;

namespace LlmObs.Storage.Redaction;

/// <summary>Counts finds in memory: as many numbers as there are rules and fields. <see cref="StoreAsync"/> adds them to PostgreSQL.</summary>
public sealed class RedactionCounts
{
    private const string MeterName = "LlmObs.Ingest";
    private readonly RedactionFinds store;
    private readonly Counter<long> finds;
    private readonly Lock gate = new();
    private Dictionary<(int Project, string Rule, bool DryRun, string Field), FindCount> waiting = [];

    public RedactionCounts(RedactionFinds store, IMeterFactory meters)
    {
        this.store = store;
        finds = meters
            .Create(MeterName)
            .CreateCounter<long>("llmobs.ingest.redaction.finds", "{find}", "What redaction rules found, by rule and whether it was only a dry run.");
    }

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

    /// <summary>Adds what was counted to PostgreSQL; what cannot be stored goes on waiting in memory.</summary>
    /// <exception cref="StorageUnavailableException">PostgreSQL is away.</exception>
    public async Task StoreAsync(CancellationToken cancellationToken)
    {
        var taken = Take();
        if (taken.Count == 0)
        {
            return;
        }

        try
        {
            await store.AddAsync(taken, cancellationToken);
        }
        catch
        {
            Return(taken);
            throw;
        }
    }

    private IReadOnlyList<FindCount> Take()
    {
        lock (gate)
        {
            var taken = waiting;
            waiting = [];
            return [.. taken.Values];
        }
    }

    private void Return(IReadOnlyList<FindCount> counts)
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
