using System.ComponentModel.DataAnnotations;

namespace LlmObs.Ingest.Dify;

/// <summary>Spans that Dify sends over OTLP.</summary>
public sealed class DifySpanOptions
{
    public const string Section = "Dify:Spans";

    /// <summary>
    /// Seconds that a span which does not say its run waits for somebody who does; then it is kept under its own ids. Null: 900 where Dify's
    /// database or logstores are read, else 60.
    /// </summary>
    [Range(0, 86_400)]
    public double? WaitSeconds { get; set; }
}
