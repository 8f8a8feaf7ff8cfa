using LlmObs.Domain.Spans;

namespace LlmObs.Storage.Writing;

/// <summary>Merges content that came apart from its span (GenAI log events) into the span once both are there, and queues the new version for SLS.</summary>
public sealed class LateContentMerger
{
    /// <summary>Merges what is due. Returns how many spans changed; 0 when there is nothing to do now.</summary>
    public Task<int> MergeDueAsync(int limit, CancellationToken cancellationToken) => throw new NotImplementedException();
}
