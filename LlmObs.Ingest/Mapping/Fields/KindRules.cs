using System.Collections.Frozen;
using LlmObs.Domain.Spans;

namespace LlmObs.Ingest.Mapping.Fields;

/// <summary>What kind of step a span is: the first rule that knows wins. OTLP's own kind says nothing here, since model calls come as CLIENT and as INTERNAL.</summary>
internal static class KindRules
{
    /// <summary>Most trusted first.</summary>
    public static readonly KindKey[] Named =
    [
        DifyKeys.Kind,
        LangfuseKeys.Kind,
        OpenInferenceKeys.Kind,
        ArmsKeys.Kind,
        TraceloopKeys.Kind,
        LangSmithKeys.Kind,
        MastraKeys.Kind,
        LaminarKeys.Kind,
        GenkitKeys.Kind,
        GenkitKeys.StepKind,
        VercelAiKeys.Kind,
        VercelAiKeys.KindBefore,
        OpenTelemetryKeys.Kind,
        TraceloopKeys.RequestKind,
        MlflowKeys.Kind,
    ];

    public static readonly (SpanKind Kind, Precedence AnyOf)[] Present =
    [
        (SpanKind.Guardrail, Precedence.Of(OpenTelemetryKeys.Guardrail)),
        (SpanKind.Evaluator, Precedence.Of(OpenTelemetryKeys.Evaluation)),
        (SpanKind.Tool, Precedence.Of(OpenTelemetryKeys.ToolName, OpenTelemetryKeys.ToolCallId, VercelAiKeys.ToolName, OpenInferenceKeys.ToolName)),
        (SpanKind.Retriever, Precedence.Of(ApplicationKeys.VectorSearch)),
        (SpanKind.Embedding, Precedence.Of(OpenInferenceKeys.EmbeddingModel)),
        (SpanKind.Reranker, Precedence.Of(OpenInferenceKeys.RerankerModel)),
    ];

    private static readonly Precedence Database = Precedence.Of(ApplicationKeys.Database);
    private static readonly Precedence Http = Precedence.Of(ApplicationKeys.Http);
    private static readonly Precedence Model = Precedence.Of(OpenTelemetryKeys.RequestedModel, OpenInferenceKeys.EitherModel);
    private static readonly Precedence Messages = Precedence.Of(
        OpenTelemetryKeys.Input,
        OpenTelemetryKeys.Output,
        GoogleAdkKeys.Input,
        PydanticKeys.Events,
        ApplicationKeys.Prompt
    );
    private static readonly FrozenSet<string> VectorStores = FrozenSet.ToFrozenSet(
        ["pinecone", "chroma", "qdrant", "milvus", "weaviate", "pgvector"],
        StringComparer.OrdinalIgnoreCase
    );

    public static SpanKind Kind(AttributeMap attributes, string name, bool hasVectorResultEvent)
    {
        foreach (var key in Named)
        {
            if (key.Kind(attributes) is { } kind)
            {
                return kind;
            }
        }

        foreach (var (kind, keys) in Present)
        {
            if (keys.IsIn(attributes))
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

        if (attributes.Text(ApplicationKeys.McpMethod) == "tools/call")
        {
            return SpanKind.Tool;
        }

        if (hasVectorResultEvent || attributes.Text(ApplicationKeys.DatabaseSystem) is { } system && VectorStores.Contains(system))
        {
            return SpanKind.Retriever;
        }

        if (Database.IsIn(attributes))
        {
            return SpanKind.Db;
        }

        if (Http.IsIn(attributes))
        {
            return SpanKind.Http;
        }

        if (Model.IsIn(attributes) && (Messages.IsIn(attributes) || UsageTables.Usage(attributes) is not null))
        {
            return SpanKind.Llm;
        }

        return attributes.Text(LangfuseKeys.Kind.Key) is "span" or "SPAN" ? SpanKind.Task : SpanKind.Other;
    }
}
