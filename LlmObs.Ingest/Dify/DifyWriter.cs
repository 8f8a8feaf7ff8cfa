using LlmObs.Domain;
using LlmObs.Domain.Dify;
using LlmObs.Domain.Scores;
using LlmObs.Domain.Updates;
using LlmObs.Ingest.Spooling;

namespace LlmObs.Ingest.Dify;

/// <summary>Steps and judgements on their way to the record: through the same door and the same writer as what comes over HTTP.</summary>
internal sealed class DifyWriter(DurableWriter writer, SpanDoor door)
{
    private const int StepsABatch = 500;

    /// <summary>Returns when they are durable.</summary>
    public async Task WriteAsync(Project project, IEnumerable<UpdatedFields> steps, CancellationToken cancellationToken)
    {
        foreach (var batch in steps.Chunk(StepsABatch))
        {
            var passed = batch.Select(step => door.Pass(project, step, StepNames.WordsOf)).ToList();
            await writer.WriteAsync(new(project) { Updates = passed }, cancellationToken);
        }
    }

    /// <inheritdoc cref="WriteAsync(Project, IEnumerable{UpdatedFields}, CancellationToken)"/>
    public async Task WriteAsync(Project project, IReadOnlyList<Score> scores, CancellationToken cancellationToken)
    {
        if (scores.Count > 0)
        {
            await writer.WriteAsync(new(project) { Scores = [.. scores.Select(score => door.Pass(project, score))] }, cancellationToken);
        }
    }
}
