using LlmObs.Domain.Spans;
using static LlmObs.Ingest.Mapping.Source;

namespace LlmObs.Ingest.Mapping.Dialects.Genkit;

/// <summary>Genkit: <c>genkit:*</c>, with the whole request and the whole answer as one document each.</summary>
internal static class GenkitKeys
{
    public static readonly KindKey Kind = new(
        "genkit:metadata:subtype",
        (SpanKind.Llm, "model background-model"),
        (SpanKind.Embedding, "embedder"),
        (SpanKind.Retriever, "retriever"),
        (SpanKind.Reranker, "reranker"),
        (SpanKind.Tool, "tool tool.v2"),
        (SpanKind.Evaluator, "evaluator"),
        (SpanKind.Workflow, "flow"),
        (SpanKind.Task, "prompt indexer")
    );
    public static readonly KindKey StepKind = new(
        "genkit:type",
        (SpanKind.Workflow, "flow"),
        (SpanKind.Task, "flowstep prompttemplate"),
        (SpanKind.Chain, "util")
    );

    /// <summary>success or error.</summary>
    public const string State = "genkit:state";

    public static readonly Source[] Name = ["genkit:name"];
    public static readonly Source[] Operation = ["genkit:metadata:subtype"];
    public static readonly Source[] ServedModel = [Json("genkit:output", "raw", "model")];
    public static readonly Source[] ResponseId = [Json("genkit:output", "raw", "id")];
    public static readonly Source[] FinishReason = [Json("genkit:output", "finishReason")];

    public static readonly Source[] InputTokens = [Json("genkit:output", "usage", "inputTokens")];
    public static readonly Source[] OutputTokens = [Json("genkit:output", "usage", "outputTokens")];
    public static readonly Source[] CachedRead =
    [
        Json("genkit:output", "raw", "usage", "prompt_tokens_details", "cached_tokens"),
        Json("genkit:output", "usage", "cachedContentTokens"),
    ];
    public static readonly Source[] Reasoning =
    [
        Json("genkit:output", "usage", "thoughtsTokens"),
        Json("genkit:output", "raw", "usage", "completion_tokens_details", "reasoning_tokens"),
    ];

    public static readonly Source[] Input = ["genkit:input"];
    public static readonly Source[] Output = ["genkit:output"];
    public static readonly Source[] RetrievalQuery = [Json("genkit:input", "query", "text"), Json("genkit:input", "query")];

    /// <summary>A document with a member for each parameter.</summary>
    public static readonly Source[] ParameterDocument = [Json("genkit:input", "config")];
}
