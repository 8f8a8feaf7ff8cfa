using LlmObs.Domain.Spans;

namespace LlmObs.Web.Formatting;

/// <summary>What stands for a kind of span: its silhouette in the sprite, its colour class, its English name (the key of its translation).</summary>
public sealed record KindLook(string Icon, string Class, string Name)
{
    public static KindLook Of(SpanKind kind) =>
        kind switch
        {
            SpanKind.Workflow => new("k-workflow", "k-workflow", "Workflow"),
            SpanKind.Agent => new("k-agent", "k-agent", "Agent"),
            SpanKind.Chain => new("k-chain", "k-logic", "Chain"),
            SpanKind.Llm => new("k-llm", "k-llm", "Model call"),
            SpanKind.Embedding => new("k-embedding", "k-embedding", "Embedding"),
            SpanKind.Retriever => new("k-retriever", "k-retriever", "Retrieval"),
            SpanKind.Reranker => new("k-reranker", "k-retriever", "Reranker"),
            SpanKind.Tool => new("k-tool", "k-tool", "Tool"),
            SpanKind.Guardrail => new("k-guardrail", "k-logic", "Guardrail"),
            SpanKind.Evaluator => new("k-evaluator", "k-logic", "Evaluator"),
            SpanKind.Task => new("k-code", "k-logic", "Task"),
            SpanKind.Http => new("k-http", "k-http", "HTTP"),
            SpanKind.Db => new("k-db", "k-db", "Database"),
            _ => new("k-other", "k-logic", "Other"),
        };
}
