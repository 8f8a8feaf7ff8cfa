using LlmObs.Domain.Spans;

namespace LlmObs.Ingest.Mapping.Dialects.Dify;

/// <summary>What LlmObs writes on the steps of Dify's runs, and what Dify's own OTel export says alike.</summary>
internal static class DifyKeys
{
    public static readonly KindKey Kind = new(
        "dify.node.type",
        (SpanKind.Llm, "llm question-classifier parameter-extractor"),
        (SpanKind.Retriever, "knowledge-retrieval"),
        (SpanKind.Tool, "tool datasource"),
        (SpanKind.Agent, "agent"),
        (SpanKind.Http, "http-request"),
        (SpanKind.Chain, "iteration loop"),
        (
            SpanKind.Task,
            "start end answer if-else code template-transform variable-aggregator variable-assigner assigner loop-end document-extractor list-operator human-input knowledge-index trigger-webhook trigger-schedule trigger-plugin"
        )
    );

    public static readonly Source[] Version = ["dify.workflow_version"];
}
