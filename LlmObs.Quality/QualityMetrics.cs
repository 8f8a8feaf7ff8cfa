using System.Diagnostics.Metrics;
using LlmObs.Storage.Jobs;

namespace LlmObs.Quality;

/// <summary>Instruments of quality jobs.</summary>
public sealed class QualityMetrics
{
    private readonly Counter<long> spans;
    private readonly Counter<long> failedTurns;

    public QualityMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("LlmObs.Quality");
        spans = meter.CreateCounter<long>("llmobs.quality.spans", "{span}", "Spans evaluators looked at, by outcome.");
        failedTurns = meter.CreateCounter<long>("llmobs.quality.failed_turns", "{turn}", "Turns of jobs that are tried again.");
    }

    public void Judged(JobKind kind, JobTurn turn)
    {
        Add(turn.Judged, "judged");
        Add(turn.Skipped, "skipped");
        Add(turn.Failed, "failed");

        void Add(int count, string outcome) =>
            spans.Add(count, new("kind", kind.ToString().ToLowerInvariant()), new KeyValuePair<string, object?>("outcome", outcome));
    }

    public void Failed(JobKind kind) => failedTurns.Add(1, new KeyValuePair<string, object?>("kind", kind.ToString().ToLowerInvariant()));
}
