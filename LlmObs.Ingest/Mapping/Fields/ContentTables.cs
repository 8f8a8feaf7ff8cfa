using LlmObs.Ingest.Mapping.Dialects.Application;
using LlmObs.Ingest.Mapping.Dialects.Genkit;
using LlmObs.Ingest.Mapping.Dialects.GoogleAdk;
using LlmObs.Ingest.Mapping.Dialects.Laminar;
using LlmObs.Ingest.Mapping.Dialects.Langfuse;
using LlmObs.Ingest.Mapping.Dialects.Mastra;
using LlmObs.Ingest.Mapping.Dialects.Mlflow;
using LlmObs.Ingest.Mapping.Dialects.OpenInference;
using LlmObs.Ingest.Mapping.Dialects.OpenTelemetry;
using LlmObs.Ingest.Mapping.Dialects.Pydantic;
using LlmObs.Ingest.Mapping.Dialects.Traceloop;
using LlmObs.Ingest.Mapping.Dialects.VercelAi;

namespace LlmObs.Ingest.Mapping.Fields;

/// <summary>Where a step's raw input and output come from, of whatever kind it is.</summary>
internal static class ContentTables
{
    public static readonly Precedence Input = Precedence.Of(
        LangfuseKeys.Input,
        OpenInferenceKeys.Input,
        TraceloopKeys.Input,
        GenkitKeys.Input,
        MastraKeys.Input,
        LaminarKeys.Input,
        OpenTelemetryKeys.Input,
        OpenTelemetryKeys.InputBefore,
        VercelAiKeys.Input,
        ApplicationKeys.Statement,
        MlflowKeys.Input,
        PydanticKeys.ToolArguments,
        GoogleAdkKeys.Input,
        GoogleAdkKeys.ToolArguments,
        OpenInferenceKeys.EmbeddedText,
        ApplicationKeys.Input,
        ApplicationKeys.Prompt
    );

    public static readonly Precedence Output = Precedence.Of(
        LangfuseKeys.Output,
        OpenInferenceKeys.Output,
        TraceloopKeys.Output,
        GenkitKeys.Output,
        MastraKeys.Output,
        LaminarKeys.Output,
        OpenTelemetryKeys.Output,
        OpenTelemetryKeys.OutputBefore,
        VercelAiKeys.Output,
        MlflowKeys.Output,
        PydanticKeys.ToolResult,
        PydanticKeys.FinalResult,
        GoogleAdkKeys.Output,
        GoogleAdkKeys.ToolResult,
        ApplicationKeys.Output
    );

    public static readonly Precedence PromptTemplate = Precedence.Of(OpenInferenceKeys.PromptTemplate, TraceloopKeys.PromptTemplate);

    public static readonly Precedence PromptVariables = Precedence.Of(OpenInferenceKeys.PromptVariables, TraceloopKeys.PromptVariables);
}
