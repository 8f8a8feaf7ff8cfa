using LlmObs.Domain.GenAi;
using LlmObs.Domain.Spans;

namespace LlmObs.Ingest.Mapping.Dialects.Arms;

/// <summary>What Alibaba's ARMS and LoongSuite add to OpenTelemetry's names.</summary>
internal static class ArmsKeys
{
    public static readonly KindKey Kind = new(
        "gen_ai.span.kind",
        (SpanKind.Llm, "llm"),
        (SpanKind.Embedding, "embedding"),
        (SpanKind.Retriever, "retriever"),
        (SpanKind.Reranker, "reranker"),
        (SpanKind.Tool, "tool"),
        (SpanKind.Agent, "agent"),
        (SpanKind.Chain, "chain"),
        (SpanKind.Task, "task step memory"),
        (SpanKind.Workflow, "entry workflow")
    );

    public static readonly Source[] RequestedModel = ["gen_ai.model_name"];
    public static readonly Source[] Session = ["gen_ai.session.id"];
    public static readonly Source[] User = ["gen_ai.user.id", "gen_ai.user"];
    public static readonly Source[] FirstTokenNanoseconds = [GenAiNames.ResponseTimeToFirstToken, GenAiNames.UserTimeToFirstToken];
    public static readonly Source[] RetrievalQuery = ["retrieval.query"];

    /// <summary>What a reranker was given stands for what it found when it does not say that.</summary>
    public static readonly Source[] RerankedDocuments = [GenAiNames.RerankOutputDocuments, GenAiNames.RerankInputDocuments];
}
