using LlmObs.Domain.Spans;

namespace LlmObs.Ingest.Mapping.Dialects.Laminar;

/// <summary>Laminar: <c>lmnr.*</c>.</summary>
internal static class LaminarKeys
{
    public static readonly KindKey Kind = new(
        "lmnr.span.type",
        (SpanKind.Llm, "llm cached"),
        (SpanKind.Tool, "tool"),
        (SpanKind.Evaluator, "evaluator human_evaluator"),
        (SpanKind.Workflow, "evaluation"),
        (SpanKind.Task, "executor")
    );

    /// <summary>Names from the outermost span inwards.</summary>
    public const string Path = "lmnr.span.path";

    public static readonly Source[] Session = ["lmnr.association.properties.session_id"];
    public static readonly Source[] User = ["lmnr.association.properties.user_id"];
    public static readonly Source[] Tags = ["lmnr.association.properties.tags"];
    public static readonly Source[] Input = ["lmnr.span.input"];
    public static readonly Source[] Output = ["lmnr.span.output"];
}
