using System.ComponentModel.DataAnnotations;

namespace LlmObs.Quality.Judges;

/// <summary>An OpenAI-compatible endpoint that judges.</summary>
public sealed class JudgeModelOptions
{
    /// <summary>Base address, for example <c>https://api.openai.com/v1</c>. A host that service discovery knows by this name is found there.</summary>
    [Required]
    public Uri? Endpoint { get; set; }

    public string? ApiKey { get; set; }

    /// <summary>The model's name at the endpoint.</summary>
    [Required]
    public string Name { get; set; } = "";

    /// <summary>An embedding model at the same endpoint, for similarity; empty to let the judge compare.</summary>
    public string EmbeddingName { get; set; } = "";

    /// <summary>Calls a day of UTC, over all replicas. Replies kept from before are no calls.</summary>
    [Range(0, 10_000_000)]
    public int CallsPerDay { get; set; } = 1000;

    /// <summary>
    /// What a day of UTC may cost, in the currency of the model's price, over all replicas; null for no limit. Calls that run when it is reached are paid for
    /// all the same. A model without a price is not asked at all then.
    /// </summary>
    [Range(0, 1_000_000)]
    public double? CostPerDay { get; set; }

    /// <summary>Calls at one time, of each replica.</summary>
    [Range(1, 100)]
    public int Concurrency { get; set; } = 2;

    /// <summary>Seconds a call may take.</summary>
    [Range(1, 600)]
    public int TimeoutSeconds { get; set; } = 60;

    /// <summary>Times a call is repeated that was refused for the moment (429, 5xx); waits as the endpoint asks.</summary>
    [Range(0, 10)]
    public int Retries { get; set; } = 3;

    /// <summary>Tokens of a reply at most.</summary>
    [Range(16, 32_000)]
    public int MaxOutputTokens { get; set; } = 600;
}

/// <summary>What holds for all judges.</summary>
public sealed class JudgingOptions
{
    /// <summary>Days a reply is kept, so that the same question to the same model is not paid for twice.</summary>
    [Range(0, 3650)]
    public int CacheDays { get; set; } = 30;
}
