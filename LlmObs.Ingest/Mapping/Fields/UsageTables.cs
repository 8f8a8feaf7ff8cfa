using LlmObs.Domain.Spans;

namespace LlmObs.Ingest.Mapping.Fields;

/// <summary>Tokens and money of one call. Ours are inclusive: input holds the cached part, output holds reasoning.</summary>
internal static class UsageTables
{
    private static readonly Precedence Input = Precedence.Of(
        OpenTelemetryKeys.InputTokens,
        OpenInferenceKeys.InputTokens,
        TraceloopKeys.InputTokens,
        VercelAiKeys.InputTokens,
        GenkitKeys.InputTokens,
        LangSmithKeys.InputTokens,
        MlflowKeys.InputTokens,
        OpenInferenceKeys.InputTokensInOutput,
        GoogleAdkKeys.InputTokens
    );

    private static readonly Precedence Output = Precedence.Of(
        OpenTelemetryKeys.OutputTokens,
        OpenInferenceKeys.OutputTokens,
        TraceloopKeys.OutputTokens,
        VercelAiKeys.OutputTokens,
        GenkitKeys.OutputTokens,
        LangSmithKeys.OutputTokens,
        MlflowKeys.OutputTokens,
        OpenInferenceKeys.OutputTokensInOutput,
        GoogleAdkKeys.OutputTokens
    );

    private static readonly Precedence CachedRead = Precedence.Of(
        OpenTelemetryKeys.CachedRead,
        OpenInferenceKeys.CachedRead,
        VercelAiKeys.CachedRead,
        OpenTelemetryKeys.CachedReadInDetails,
        GenkitKeys.CachedRead
    );

    private static readonly Precedence CachedWrite = Precedence.Of(
        OpenTelemetryKeys.CachedWrite,
        OpenInferenceKeys.CachedWrite,
        VercelAiKeys.CachedWrite,
        OpenTelemetryKeys.CachedWriteInDetails
    );

    private static readonly Precedence Reasoning = Precedence.Of(
        OpenTelemetryKeys.Reasoning,
        OpenInferenceKeys.Reasoning,
        TraceloopKeys.Reasoning,
        VercelAiKeys.Reasoning,
        OpenTelemetryKeys.ReasoningInDetails,
        GenkitKeys.Reasoning
    );

    private static readonly Precedence Total = Precedence.Of(
        OpenTelemetryKeys.TotalTokens,
        TraceloopKeys.TotalTokens,
        OpenInferenceKeys.TotalTokens,
        VercelAiKeys.TotalTokens
    );
    private static readonly Precedence TotalCost = Precedence.Of(
        OpenTelemetryKeys.TotalCost,
        OpenInferenceKeys.TotalCost,
        OpenTelemetryKeys.TotalCostBefore
    );
    private static readonly Precedence InputCost = Precedence.Of(OpenInferenceKeys.InputCost, OpenTelemetryKeys.InputCost);
    private static readonly Precedence OutputCost = Precedence.Of(OpenInferenceKeys.OutputCost, OpenTelemetryKeys.OutputCost);
    private static readonly Precedence CostCurrency = Precedence.Of(OpenTelemetryKeys.CostCurrency);

    /// <summary>The tokens a span says it used, or null when it says nothing: missing is not zero.</summary>
    public static TokenUsage? Usage(AttributeMap attributes)
    {
        if (LangfuseUsage.Read(attributes) is { } map)
        {
            return map;
        }

        var usage = new TokenUsage(
            Count(attributes, Input),
            Count(attributes, Output),
            Count(attributes, CachedRead),
            Count(attributes, CachedWrite),
            Count(attributes, Reasoning),
            Count(attributes, Total)
        );
        return usage == new TokenUsage(null, null) ? null : usage.Inclusive();
    }

    /// <summary>The cost the sender gives; we compute none here.</summary>
    public static Cost? Cost(AttributeMap attributes)
    {
        if (LangfuseCost.Read(attributes) is { } map)
        {
            return map;
        }

        var input = Money(attributes, InputCost);
        var output = Money(attributes, OutputCost);
        var total = Money(attributes, TotalCost) ?? (input is null && output is null ? null : (input ?? 0) + (output ?? 0));
        return total is null ? null : new(input, output, total.Value, attributes.Text(CostCurrency) ?? "USD");
    }

    private static long? Count(AttributeMap attributes, Precedence keys) => attributes.Long(keys) is { } count and >= 0 ? count : null;

    private static decimal? Money(AttributeMap attributes, Precedence keys) =>
        attributes.Double(keys) is { } amount and >= 0 and < 1e15 ? (decimal)amount : null;
}
