namespace LlmObs.SqlCopilot.Model;

/// <summary>An OpenAI-compatible model. Without an endpoint the built-in scripted model answers.</summary>
public sealed class ModelOptions
{
    public const string Section = "Model";

    /// <summary>Base address, for example <c>https://api.openai.com/v1</c>.</summary>
    public Uri? Endpoint { get; set; }

    public string? ApiKey { get; set; }

    /// <summary>Model name; required with an endpoint.</summary>
    public string? Name { get; set; }

    public bool IsScripted => Endpoint is null;
}
