using System.ComponentModel.DataAnnotations;

namespace LlmObs.Storage.Prices;

/// <summary>Prices from configuration; they win over the built-in table and yield to those entered on the prices page.</summary>
public sealed class PriceOptions
{
    public const string Section = "Prices";

    /// <summary>Prices of one's own.</summary>
    public List<ConfiguredPrice> Models { get; set; } = [];
}

/// <summary>A model's price per million tokens.</summary>
public sealed class ConfiguredPrice
{
    /// <summary>The model's name; <c>*</c> stands for anything.</summary>
    [Required]
    public string Pattern { get; set; } = "";

    [RegularExpression("^[A-Z]{3}$")]
    public string Currency { get; set; } = "USD";

    [Range(0, 1_000_000)]
    public decimal Input { get; set; }

    [Range(0, 1_000_000)]
    public decimal? Output { get; set; }

    [Range(0, 1_000_000)]
    public decimal? CachedInput { get; set; }

    [Range(0, 1_000_000)]
    public decimal? CacheWrite { get; set; }

    [Range(0, 1_000_000)]
    public decimal? Reasoning { get; set; }
}
