using LlmObs.Domain.Dify;

namespace LlmObs.Tests.Domain.Dify;

/// <summary>Nodes as a run stores them.</summary>
internal static class DifyNodes
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    /// <param name="from">Seconds after noon, as <paramref name="to"/>.</param>
    public static DifyNode Node(string nodeId, string metadata, int from = 0, int to = 1, Guid runId = default) =>
        new()
        {
            Id = Guid.NewGuid(),
            RunId = runId,
            TenantId = Guid.Empty,
            AppId = Guid.Empty,
            NodeId = nodeId,
            Type = "code",
            Title = nodeId,
            Status = "succeeded",
            Metadata = metadata,
            Creator = default,
            StartedAt = Noon.AddSeconds(from),
            EndedAt = Noon.AddSeconds(to),
        };
}
