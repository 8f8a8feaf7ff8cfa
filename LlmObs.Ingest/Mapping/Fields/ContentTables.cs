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
