using LlmObs.Domain.Dify;
using LlmObs.Storage.Dify;

namespace LlmObs.Ingest.Dify;

/// <summary>Decides when a row is looked at again: the older, the less often, and at last never.</summary>
internal sealed class DifyReaderPolicy(DifyReaderOptions options, TimeProvider time)
{
    private static readonly TimeSpan SlowestForOpen = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan SlowestForJudged = TimeSpan.FromHours(6);

    // Dify may write the last nodes of a run after the run itself.
    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(1);

    private readonly TimeSpan poll = TimeSpan.FromSeconds(options.PollSeconds);
    private readonly TimeSpan horizon = TimeSpan.FromDays(options.LookAgainDays);

    public TimeSpan Poll => poll;

    public DateTimeOffset? LookAt(DifyRun run)
    {
        var now = time.GetUtcNow();
        return run.IsOpen ? Again(run.StartedAt, poll, 10, SlowestForOpen)
            : now - (run.EndedAt ?? run.StartedAt) < Settling ? now + Settling
            : null;
    }

    public DateTimeOffset? LookAt(DifyMessage message) => message.IsOpen ? Again(message.CreatedAt, poll, 10, SlowestForOpen) : null;

    public DateTimeOffset? JudgeAt(DifyKnownMessage message) => Again(message.CreatedAt, TimeSpan.FromSeconds(30), 20, SlowestForJudged);

    private DateTimeOffset? Again(DateTimeOffset from, TimeSpan fastest, int parts, TimeSpan slowest)
    {
        var now = time.GetUtcNow();
        var wait = (now - from) / parts;
        return now - from > horizon
            ? null
            : now
                + (
                    wait < fastest ? fastest
                    : wait > slowest ? slowest
                    : wait
                );
    }
}
