namespace LlmObs.TraceLog;

/// <summary>The spans logstore: names, index, and the words of the query line.</summary>
public static class SpanLogSchema
{
    public const string Logstore = "llmobs-traces";

    /// <summary>The tag that carries the outbox batch's id.</summary>
    public const string BatchTag = "batch_id";
}
