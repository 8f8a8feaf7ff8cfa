using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LlmObs.Domain.Dify;

/// <summary>Ids of traces and spans made of Dify's own ids, the same that Dify's Alibaba Cloud provider sends: whichever way a step comes, it is one span.</summary>
public static class DifyIds
{
    /// <summary>The trace of a run, or of a message that started none.</summary>
    public static string Trace(Guid id) => id.ToString("N");

    public static string Message(Guid messageId) => Span(messageId, "message");

    public static string Workflow(Guid runId) => Span(runId, "workflow");

    public static string Node(Guid executionId) => Span(executionId, "node");

    /// <summary>The model's answer to a message that started no run.</summary>
    public static string Answer(Guid messageId) => Span(messageId, "llm");

    /// <summary>A step of an agent's thinking.</summary>
    public static string Thought(Guid thoughtId) => Span(thoughtId, "thought");

    /// <summary>A try of a node that failed before the one its row tells of.</summary>
    public static string Attempt(Guid executionId, int place) => Span(executionId, string.Create(CultureInfo.InvariantCulture, $"attempt-{place}"));

    /// <summary>A call that an agent node made, by its place among the node's calls.</summary>
    public static string Call(Guid executionId, int place) => Span(executionId, string.Create(CultureInfo.InvariantCulture, $"call-{place}"));

    /// <summary>A call that an agent app made: no source but the database has an id of it, all have its name and time.</summary>
    public static string Call(Guid messageId, string tool, DateTimeOffset startedAt) =>
        Span(messageId, string.Create(CultureInfo.InvariantCulture, $"call-{startedAt.ToUnixTimeMilliseconds()}-{tool}"));

    /// <summary>One round of an iteration or loop. Dify keeps no row of it.</summary>
    public static string Round(Guid runId, RoundPlace place) => Span(runId, place.Path);

    /// <summary>A parallel branch, of the run or of one of its rounds. Dify keeps no row of it.</summary>
    public static string Branch(Guid runId, RoundPlace? round, ParallelBranch branch) => Span(runId, $"{round?.Path}|branch:{branch.StartId}");

    private static string Span(Guid id, string kind) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{id:N}-{kind}")).AsSpan(0, 8));
}
