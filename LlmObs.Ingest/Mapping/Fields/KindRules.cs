using System.Collections.Frozen;
using LlmObs.Domain.GenAi;
using LlmObs.Domain.Spans;

namespace LlmObs.Ingest.Mapping.Fields;

/// <summary>What kind of step a span is: the first rule that knows wins. OTLP's own kind says nothing here, since model calls come as CLIENT and as INTERNAL.</summary>
internal static class KindRules
{
    private static readonly FrozenDictionary<string, SpanKind> VercelAi = Words(
        (SpanKind.Llm, "ai.generatetext.dogenerate ai.streamtext.dostream ai.generateobject.dogenerate ai.streamobject.dostream"),
        (SpanKind.Embedding, "ai.embed.doembed ai.embedmany.doembed"),
        (SpanKind.Reranker, "ai.rerank.dorerank"),
        (SpanKind.Tool, "ai.toolcall"),
        (SpanKind.Agent, "ai.generatetext ai.streamtext ai.generateobject ai.streamobject"),
        (SpanKind.Chain, "ai.embed ai.embedmany ai.rerank")
    );

    // One row per key that names a kind outright, most trusted first. A word a row lacks falls through to the next row.
    private static readonly (string Key, FrozenDictionary<string, SpanKind> Words)[] Named =
    [
        (
            "dify.node.type",
            Words(
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
            )
        ),
        (
            "langfuse.observation.type",
            Words(
                (SpanKind.Llm, "generation"),
                (SpanKind.Embedding, "embedding"),
                (SpanKind.Agent, "agent"),
                (SpanKind.Tool, "tool"),
                (SpanKind.Chain, "chain"),
                (SpanKind.Retriever, "retriever"),
                (SpanKind.Guardrail, "guardrail"),
                (SpanKind.Evaluator, "evaluator"),
                (SpanKind.Other, "event")
            )
        ),
        (
            "openinference.span.kind",
            Words(
                (SpanKind.Llm, "llm"),
                (SpanKind.Embedding, "embedding"),
                (SpanKind.Chain, "chain"),
                (SpanKind.Retriever, "retriever"),
                (SpanKind.Reranker, "reranker"),
                (SpanKind.Tool, "tool"),
                (SpanKind.Agent, "agent"),
                (SpanKind.Guardrail, "guardrail"),
                (SpanKind.Evaluator, "evaluator"),
                (SpanKind.Task, "prompt")
            )
        ),
        (
            "gen_ai.span.kind",
            Words(
                (SpanKind.Llm, "llm"),
                (SpanKind.Embedding, "embedding"),
                (SpanKind.Retriever, "retriever"),
                (SpanKind.Reranker, "reranker"),
                (SpanKind.Tool, "tool"),
                (SpanKind.Agent, "agent"),
                (SpanKind.Chain, "chain"),
                (SpanKind.Task, "task step memory"),
                (SpanKind.Workflow, "entry workflow")
            )
        ),
        ("traceloop.span.kind", Words((SpanKind.Workflow, "workflow"), (SpanKind.Agent, "agent"), (SpanKind.Tool, "tool"), (SpanKind.Task, "task"))),
        (
            "langsmith.span.kind",
            Words(
                (SpanKind.Llm, "llm"),
                (SpanKind.Embedding, "embedding"),
                (SpanKind.Retriever, "retriever"),
                (SpanKind.Tool, "tool"),
                (SpanKind.Chain, "chain"),
                (SpanKind.Task, "prompt parser")
            )
        ),
        (
            "mastra.span.type",
            Words(
                (SpanKind.Agent, "agent_run"),
                (SpanKind.Workflow, "workflow_run"),
                (SpanKind.Llm, "model_inference"),
                (SpanKind.Chain, "model_generation"),
                (
                    SpanKind.Task,
                    "model_step workflow_step workflow_conditional workflow_conditional_eval workflow_parallel workflow_loop workflow_sleep workflow_wait_event processor_run"
                ),
                (SpanKind.Other, "model_chunk"),
                (SpanKind.Tool, "tool_call mcp_tool_call")
            )
        ),
        (
            "lmnr.span.type",
            Words(
                (SpanKind.Llm, "llm cached"),
                (SpanKind.Tool, "tool"),
                (SpanKind.Evaluator, "evaluator human_evaluator"),
                (SpanKind.Workflow, "evaluation"),
                (SpanKind.Task, "executor")
            )
        ),
        (
            "genkit:metadata:subtype",
            Words(
                (SpanKind.Llm, "model background-model"),
                (SpanKind.Embedding, "embedder"),
                (SpanKind.Retriever, "retriever"),
                (SpanKind.Reranker, "reranker"),
                (SpanKind.Tool, "tool tool.v2"),
                (SpanKind.Evaluator, "evaluator"),
                (SpanKind.Workflow, "flow"),
                (SpanKind.Task, "prompt indexer")
            )
        ),
        ("genkit:type", Words((SpanKind.Workflow, "flow"), (SpanKind.Task, "flowstep prompttemplate"), (SpanKind.Chain, "util"))),
        ("ai.operationId", VercelAi),
        // Older versions: "ai.streamText.doStream summarise", of which the first word counts.
        ("operation.name", VercelAi),
        (
            GenAiNames.OperationName,
            Words(
                (SpanKind.Llm, "chat text_completion completion generate_content generate responses"),
                (SpanKind.Embedding, "embeddings embedding"),
                (SpanKind.Retriever, "retrieval vector_db_retrieve search_memory"),
                (SpanKind.Reranker, "rerank rerank_documents"),
                (SpanKind.Tool, "execute_tool"),
                (SpanKind.Agent, "invoke_agent create_agent plan"),
                (SpanKind.Workflow, "invoke_workflow enter workflow"),
                (SpanKind.Guardrail, "guardrail.run guard"),
                (SpanKind.Evaluator, "evaluate"),
                (SpanKind.Task, "agent_step workflow_step execute_task react model_generation orchestrate_tools task"),
                (SpanKind.Other, "model_chunk")
            )
        ),
        ("llm.request.type", Words((SpanKind.Llm, "chat completion"), (SpanKind.Embedding, "embedding"), (SpanKind.Reranker, "rerank"))),
        (
            "mlflow.spanType",
            Words(
                (SpanKind.Llm, "llm chat_model"),
                (SpanKind.Agent, "agent"),
                (SpanKind.Tool, "tool"),
                (SpanKind.Retriever, "retriever"),
                (SpanKind.Embedding, "embedding"),
                (SpanKind.Chain, "chain"),
                (SpanKind.Task, "parser"),
                (SpanKind.Reranker, "reranker")
            )
        ),
    ];

    private static readonly (SpanKind Kind, string[] AnyOf)[] Present =
    [
        (SpanKind.Guardrail, ["gen_ai.guardrail.name"]),
        (SpanKind.Evaluator, [GenAiNames.EvaluationName]),
        (SpanKind.Tool, [GenAiNames.ToolName, GenAiNames.ToolCallId, "ai.toolCall.name", "tool.name"]),
        (SpanKind.Retriever, ["db.vector.query.top_k"]),
        (SpanKind.Embedding, ["embedding.model_name"]),
        (SpanKind.Reranker, ["reranker.model_name"]),
    ];

    private static readonly string[] Database = ["db.system.name", "db.system", "db.query.text", "db.statement", "db.operation.name"];
    private static readonly string[] Messages =
    [
        GenAiNames.InputMessages,
        GenAiNames.OutputMessages,
        "gcp.vertex.agent.llm_request",
        "events",
        "prompt",
    ];
    private static readonly string[] Http = ["http.request.method", "http.method", "url.full", "http.url"];
    private static readonly FrozenSet<string> VectorStores = FrozenSet.ToFrozenSet(
        ["pinecone", "chroma", "qdrant", "milvus", "weaviate", "pgvector"],
        StringComparer.OrdinalIgnoreCase
    );

    public static SpanKind Kind(AttributeMap attributes, string name, bool hasVectorResultEvent)
    {
        foreach (var (key, words) in Named)
        {
            if (attributes.Text(key) is { } word && words.TryGetValue(FirstWord(word), out var kind))
            {
                return kind;
            }
        }

        foreach (var (kind, keys) in Present)
        {
            if (keys.Any(attributes.Has))
            {
                return kind;
            }
        }

        return Remaining(attributes, name, hasVectorResultEvent);
    }

    private static SpanKind Remaining(AttributeMap attributes, string name, bool hasVectorResultEvent)
    {
        // Microsoft.Extensions.AI's loop over tools, under whatever source name the application chose. It sums the usage of the calls below it.
        if (name == "orchestrate_tools")
        {
            return SpanKind.Chain;
        }

        if (attributes.Text("mcp.method.name") == "tools/call")
        {
            return SpanKind.Tool;
        }

        if (hasVectorResultEvent || attributes.Text("db.system") is { } system && VectorStores.Contains(system))
        {
            return SpanKind.Retriever;
        }

        if (Database.Any(attributes.Has))
        {
            return SpanKind.Db;
        }

        if (Http.Any(attributes.Has))
        {
            return SpanKind.Http;
        }

        if (
            (attributes.Has(GenAiNames.RequestModel) || attributes.Has("llm.model_name"))
            && (Messages.Any(attributes.Has) || UsageTables.Usage(attributes) is not null)
        )
        {
            return SpanKind.Llm;
        }

        return attributes.Text("langfuse.observation.type") is "span" or "SPAN" ? SpanKind.Task : SpanKind.Other;
    }

    private static string FirstWord(string text) => text.IndexOf(' ', StringComparison.Ordinal) is var end and > 0 ? text[..end] : text;

    private static FrozenDictionary<string, SpanKind> Words(params (SpanKind Kind, string Words)[] rows) =>
        rows.SelectMany(row => row.Words.Split(' ').Select(word => KeyValuePair.Create(word, row.Kind)))
            .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
}
