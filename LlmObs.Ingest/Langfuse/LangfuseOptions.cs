using System.ComponentModel.DataAnnotations;

namespace LlmObs.Ingest.Langfuse;

/// <summary>Langfuse's API.</summary>
public sealed class LangfuseOptions
{
    public const string Section = "Langfuse";

    /// <summary>Bytes of one uploaded image or file. A larger one is not kept; the span that refers to it is.</summary>
    [Range(0, 1_000_000_000)]
    public int MaxMediaBytes { get; set; } = 20 * 1024 * 1024;

    /// <summary>Seconds between looks for spans that have come in pieces and are due to be written.</summary>
    [Range(0.01, 600)]
    public double FoldSeconds { get; set; } = 0.25;

    /// <summary>Where people open LlmObs; a client's link to its project leads there.</summary>
    public Uri? WebUrl { get; set; }
}
