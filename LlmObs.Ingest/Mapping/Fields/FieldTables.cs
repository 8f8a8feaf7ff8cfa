namespace LlmObs.Ingest.Mapping.Fields;

/// <summary>How far each dialect is trusted, field by field: what a dialect says stands in its folder, and one span often speaks several.</summary>
internal static class FieldTables
{
    // Names
    public static readonly Precedence ToolName = Precedence.Of(OpenTelemetryKeys.ToolName, VercelAiKeys.ToolName, OpenInferenceKeys.ToolName);
    public static readonly Precedence EntityName = Precedence.Of(TraceloopKeys.Name, GenkitKeys.Name);
    public static readonly Precedence ModelCallName = Precedence.Of(LangSmithKeys.CallName);
    public static readonly Precedence BetterName = Precedence.Of(PydanticKeys.Name);
    public static readonly Precedence Workflow = Precedence.Of(OpenTelemetryKeys.Workflow, TraceloopKeys.Workflow, LangfuseKeys.Workflow);
    public static readonly Precedence Agent = Precedence.Of(OpenTelemetryKeys.Agent, OpenInferenceKeys.Agent);
    public static readonly Precedence Operation = Precedence.Of(
        OpenTelemetryKeys.Operation,
        VercelAiKeys.Operation,
        TraceloopKeys.Operation,
        GenkitKeys.Operation
    );
    public static readonly Precedence Provider = Precedence.Of(
        OpenTelemetryKeys.Provider,
        OpenInferenceKeys.Provider,
        VercelAiKeys.Provider,
        LangSmithKeys.Provider
    );

    // Model
    public static readonly Precedence RequestedModel = Precedence.Of(
        OpenTelemetryKeys.RequestedModel,
        TraceloopKeys.RequestedModel,
        OpenTelemetryKeys.RequestedModelBefore,
        ArmsKeys.RequestedModel,
        OpenInferenceKeys.RequestedModel,
        VercelAiKeys.RequestedModel,
        LangSmithKeys.RequestedModel
    );

    // Only of model calls: another step's input may well have a member of this name.
    public static readonly Precedence RequestedModelOfCall = Precedence.Of(
        OpenTelemetryKeys.RequestedModel,
        TraceloopKeys.RequestedModel,
        OpenTelemetryKeys.RequestedModelBefore,
        ArmsKeys.RequestedModel,
        OpenInferenceKeys.RequestedModel,
        OpenInferenceKeys.RequestedModelInInput,
        LangSmithKeys.RequestedModelInInput,
        VercelAiKeys.RequestedModel,
        LangfuseKeys.RequestedModelInParameters,
        OpenInferenceKeys.EmbeddingModel,
        OpenInferenceKeys.RerankerModel,
        LangfuseKeys.EitherModel,
        LangSmithKeys.RequestedModel,
        GoogleAdkKeys.RequestedModel,
        MlflowKeys.RequestedModel,
        ApplicationKeys.RequestedModel,
        OpenInferenceKeys.EitherModel
    );

    public static readonly Precedence ServedModel = Precedence.Of(OpenTelemetryKeys.ServedModel, TraceloopKeys.ServedModel, VercelAiKeys.ServedModel);

    public static readonly Precedence ServedModelOfCall = ServedModel.Then(
        OpenInferenceKeys.ServedModelInOutput,
        GenkitKeys.ServedModel,
        LangSmithKeys.ServedModelInOutput,
        MlflowKeys.ServedModel
    );

    // These name whichever of the two the library knew when it wrote them.
    public static readonly Precedence EitherModel = Precedence.Of(OpenInferenceKeys.EitherModel, LangfuseKeys.EitherModel);

    // Who and where
    public static readonly Precedence Session = Precedence.Of(
        LangfuseKeys.Session,
        OpenInferenceKeys.Session,
        OpenTelemetryKeys.Session,
        ArmsKeys.Session,
        TraceloopKeys.Session,
        VercelAiKeys.Session,
        LaminarKeys.Session,
        LangSmithKeys.Session,
        MastraKeys.Session,
        LangfuseKeys.SessionInMetadata,
        OpenInferenceKeys.SessionInMetadata,
        MlflowKeys.Session,
        GoogleAdkKeys.Session,
        OpenInferenceKeys.SessionInMetadataDocument,
        ApplicationKeys.Session
    );

    public static readonly Precedence User = Precedence.Of(
        LangfuseKeys.User,
        OpenInferenceKeys.User,
        OpenTelemetryKeys.User,
        ArmsKeys.User,
        TraceloopKeys.User,
        VercelAiKeys.User,
        LaminarKeys.User,
        LangSmithKeys.User,
        MastraKeys.User,
        LangfuseKeys.UserInMetadata,
        OpenInferenceKeys.UserInMetadata,
        MlflowKeys.User,
        OpenInferenceKeys.UserInMetadataDocument
    );

    public static readonly Precedence Request = Precedence.Of(
        ApplicationKeys.Request,
        TraceloopKeys.Request,
        LangfuseKeys.Request,
        VercelAiKeys.Request,
        LangSmithKeys.Request,
        MastraKeys.Request,
        OpenInferenceKeys.Request
    );

    public static readonly Precedence Service = Precedence.Of(ApplicationKeys.Service);
    public static readonly Precedence Host = Precedence.Of(ApplicationKeys.Host);
    public static readonly Precedence LangfuseEnvironment = Precedence.Of(LangfuseKeys.Environment);
    public static readonly Precedence Environment = Precedence.Of(ApplicationKeys.Environment);
    public static readonly Precedence GenAiEnvironment = Precedence.Of(OpenTelemetryKeys.Environment);
    public static readonly Precedence LangfuseRelease = Precedence.Of(LangfuseKeys.Release);
    public static readonly Precedence Release = Precedence.Of(ApplicationKeys.Release);
    public static readonly Precedence Version = Precedence.Of(LangfuseKeys.Version, OpenTelemetryKeys.Version, DifyKeys.Version);
    public static readonly Precedence Tags = Precedence.Of(
        LangfuseKeys.Tags,
        VercelAiKeys.Tags,
        OpenInferenceKeys.Tags,
        LangSmithKeys.Tags,
        MastraKeys.Tags,
        LaminarKeys.Tags
    );

    // The call
    public static readonly Precedence ResponseId = Precedence.Of(
        OpenTelemetryKeys.ResponseId,
        VercelAiKeys.ResponseId,
        GenkitKeys.ResponseId,
        LangSmithKeys.ResponseIdInOutput,
        GoogleAdkKeys.ResponseId
    );

    public static readonly Precedence ResponseIdOfCall = ResponseId.Then(OpenInferenceKeys.ResponseIdInOutput);

    public static readonly Precedence FinishReasons = Precedence.Of(
        OpenTelemetryKeys.FinishReasons,
        TraceloopKeys.FinishReason,
        VercelAiKeys.FinishReason,
        GenkitKeys.FinishReason,
        OpenTelemetryKeys.FinishReasonBefore
    );

    public static readonly Precedence Prompt = Precedence.Of(
        LangfuseKeys.Prompt,
        OpenTelemetryKeys.Prompt,
        TraceloopKeys.Prompt,
        VercelAiKeys.Prompt,
        OpenInferenceKeys.Prompt
    );

    public static readonly Precedence PromptVersion = Precedence.Of(
        LangfuseKeys.PromptVersion,
        TraceloopKeys.PromptVersion,
        VercelAiKeys.PromptVersion,
        OpenInferenceKeys.PromptVersion
    );

    // Errors
    public static readonly Precedence ErrorMessages = Precedence.Of(LangfuseKeys.StatusMessage, OpenTelemetryKeys.ErrorMessage);
}
