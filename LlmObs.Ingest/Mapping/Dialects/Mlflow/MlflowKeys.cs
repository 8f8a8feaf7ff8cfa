using LlmObs.Domain.Spans;
using static LlmObs.Ingest.Mapping.Source;

namespace LlmObs.Ingest.Mapping.Dialects.Mlflow;

/// <summary>MLflow: <c>mlflow.*</c>, most of it documents.</summary>
internal static class MlflowKeys
{
    public static readonly KindKey Kind = new(
        "mlflow.spanType",
        (SpanKind.Llm, "llm chat_model"),
        (SpanKind.Agent, "agent"),
        (SpanKind.Tool, "tool"),
        (SpanKind.Retriever, "retriever"),
        (SpanKind.Embedding, "embedding"),
        (SpanKind.Chain, "chain"),
        (SpanKind.Task, "parser"),
        (SpanKind.Reranker, "reranker")
    );

    public static readonly Source[] RequestedModel = ["mlflow.llm.model"];
    public static readonly Source[] ServedModel = [Json("mlflow.spanOutputs", "model")];
    public static readonly Source[] Session = ["mlflow.trace.session"];
    public static readonly Source[] User = ["mlflow.trace.user"];
    public static readonly Source[] InputTokens = [Json("mlflow.chat.tokenUsage", "input_tokens")];
    public static readonly Source[] OutputTokens = [Json("mlflow.chat.tokenUsage", "output_tokens")];
    public static readonly Source[] Input = ["mlflow.spanInputs"];
    public static readonly Source[] Output = ["mlflow.spanOutputs"];
}
