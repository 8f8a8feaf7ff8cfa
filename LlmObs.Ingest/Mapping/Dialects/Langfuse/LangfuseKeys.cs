using LlmObs.Domain.Spans;
using static LlmObs.Ingest.Mapping.Source;

namespace LlmObs.Ingest.Mapping.Dialects.Langfuse;

/// <summary>Langfuse's own attributes, which its SDKs from version 3 on send over OTLP.</summary>
internal static class LangfuseKeys
{
    public static readonly KindKey Kind = new(
        "langfuse.observation.type",
        (SpanKind.Llm, "generation"),
        (SpanKind.Embedding, "embedding"),
        (SpanKind.Agent, "agent"),
        (SpanKind.Tool, "tool"),
        (SpanKind.Chain, "chain"),
        (SpanKind.Retriever, "retriever"),
        (SpanKind.Guardrail, "guardrail"),
        (SpanKind.Evaluator, "evaluator"),
        (SpanKind.Other, "event")
    );

    /// <summary>DEBUG, DEFAULT, WARNING or ERROR.</summary>
    public const string Level = "langfuse.observation.level";
    public static readonly Source[] StatusMessage = ["langfuse.observation.status_message"];

    public static readonly Source[] Workflow = ["langfuse.trace.name"];

    /// <summary>What was asked for on streams, what was served on plain calls.</summary>
    public static readonly Source[] EitherModel = ["langfuse.observation.model.name"];
    public static readonly Source[] RequestedModelInParameters = [Json("langfuse.observation.model.parameters", "model")];

    public static readonly Source[] Session = ["langfuse.session.id"];
    public static readonly Source[] SessionInMetadata =
    [
        "langfuse.observation.metadata.langfuse_session_id",
        "langfuse.trace.metadata.langfuse_session_id",
        "langfuse.observation.metadata.session_id",
    ];
    public static readonly Source[] User = ["langfuse.user.id"];
    public static readonly Source[] UserInMetadata =
    [
        "langfuse.observation.metadata.langfuse_user_id",
        "langfuse.trace.metadata.langfuse_user_id",
        "langfuse.observation.metadata.user_id",
    ];
    public static readonly Source[] Request =
    [
        "langfuse.observation.metadata.request_id",
        "langfuse.observation.metadata.requestId",
        "langfuse.trace.metadata.request_id",
        "langfuse.trace.metadata.requestId",
    ];
    public static readonly Source[] Environment = ["langfuse.environment"];
    public static readonly Source[] Release = ["langfuse.release"];
    public static readonly Source[] Version = ["langfuse.version"];
    public static readonly Source[] Tags = ["langfuse.trace.tags", "langfuse.tags"];

    public static readonly Source[] Prompt = ["langfuse.observation.prompt.name"];
    public static readonly Source[] PromptVersion = ["langfuse.observation.prompt.version"];
    public static readonly Source[] FirstTokenAt = ["langfuse.observation.completion_start_time", "completionStartTime"];

    /// <summary>Maps of counts and of money, read by <see cref="LangfuseUsage"/> and <see cref="LangfuseCost"/>.</summary>
    public static readonly Source[] Usage = ["langfuse.observation.usage_details", "langfuse.observation.usage"];
    public const string Cost = "langfuse.observation.cost_details";

    public static readonly Source[] Input = ["langfuse.observation.input"];
    public static readonly Source[] Output = ["langfuse.observation.output"];

    /// <summary>A document with a member for each parameter.</summary>
    public static readonly Source[] ParameterDocument = ["langfuse.observation.model.parameters"];
}
