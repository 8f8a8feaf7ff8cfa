using LlmObs.Domain.Quality;
using LlmObs.Storage;
using LlmObs.Storage.Quality;
using LlmObs.Storage.Reading;
using Microsoft.Extensions.Options;

namespace LlmObs.Quality.Facts;

/// <summary>One turn: works out the facts of every request whose spans or scores are new. Doing one twice changes nothing.</summary>
public sealed class FactRollup(
    FactProgress progress,
    FactStore store,
    QualityHours hours,
    TraceReader traces,
    ScoreReader scores,
    IOptions<FactOptions> options,
    IOptions<StorageOptions> storage,
    TimeProvider time
)
{
    /// <summary>Traces read and saved together.</summary>
    private const int AtOnce = 200;

    /// <summary>Hours added up in one turn.</summary>
    private const int HoursAtOnce = 50;

    /// <summary>Returns how many requests were worked out; 0 also when another replica has the turn.</summary>
    /// <exception cref="StorageUnavailableException">PostgreSQL is away: what was not saved stays due.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var lease = TimeSpan.FromSeconds(options.Value.LeaseSeconds);
        var turnEnds = time.GetUtcNow() + lease / 2;
        if (await progress.ClaimAsync(lease, cancellationToken) is not { } from)
        {
            return 0;
        }

        var done = 0;
        try
        {
            while (time.GetUtcNow() < turnEnds)
            {
                var due = await progress.DueAsync(from, options.Value.StepSpans, cancellationToken);
                if (due.ReadUpTo is null && due.Changes.Count == 0)
                {
                    break;
                }

                foreach (var project in due.Requests.GroupBy(request => request.ProjectId))
                {
                    foreach (var chunk in project.Select(request => request.TraceId).Chunk(AtOnce))
                    {
                        await WorkOutAsync(project.Key, chunk, cancellationToken);
                    }
                }

                await progress.DoneAsync(due, cancellationToken);
                from = due.ReadUpTo ?? from;
                done += due.Requests.Count;
            }

            await store.SettleUnfollowedAsync(time.GetUtcNow(), cancellationToken);
            await hours.AddUpAsync(TimeSpan.FromSeconds(options.Value.HourRestSeconds), HoursAtOnce, cancellationToken);
        }
        finally
        {
            await progress.GiveBackAsync(CancellationToken.None);
        }

        return done;
    }

    /// <summary>Drops the facts of requests that retention has taken.</summary>
    public Task ForgetAsync(CancellationToken cancellationToken) =>
        storage.Value.RetentionDays is var days and > 0 ? store.ForgetAsync(time.GetUtcNow().AddDays(-days), cancellationToken) : Task.CompletedTask;

    private async Task WorkOutAsync(int projectId, IReadOnlyCollection<string> traceIds, CancellationToken cancellationToken)
    {
        var spans = (await traces.SpansAsync(projectId, traceIds, cancellationToken)).ToLookup(span => span.TraceId, StringComparer.Ordinal);
        var requests = spans.SelectMany(trace => trace).Select(span => span.RequestId).OfType<string>().Distinct().ToList();
        var given = await scores.OfTracesAsync(projectId, traceIds, requests, cancellationToken);
        var ofTrace = given.ToLookup(score => score.TraceId, StringComparer.Ordinal);
        var ofRequest = given.Where(score => score.TraceId is null).ToLookup(score => score.RequestId, StringComparer.Ordinal);
        var facts = spans
            .Select(trace =>
            {
                var ids = trace.Select(span => span.RequestId).OfType<string>().Distinct();
                return FactReader.Read(projectId, [.. trace], [.. ofTrace[trace.Key], .. ids.SelectMany(id => ofRequest[id])]);
            })
            .OfType<RequestFact>()
            .ToList();
        // A trace whose spans are gone keeps its fact: it was a request all the same.
        await store.SaveAsync(projectId, [.. spans.Select(trace => trace.Key)], facts, cancellationToken);
    }
}
