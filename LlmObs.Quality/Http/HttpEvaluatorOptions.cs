using System.ComponentModel.DataAnnotations;

namespace LlmObs.Quality.Http;

/// <summary>Where evaluators by HTTP may be. Empty: nowhere.</summary>
public sealed class HttpEvaluatorOptions
{
    /// <summary>Hosts that may be called, each <c>host</c> or <c>host:port</c>.</summary>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>Whether an allowed host may be at a private, loopback or link-local address.</summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>Seconds a call may take.</summary>
    [Range(1, 300)]
    public int TimeoutSeconds { get; set; } = 20;

    /// <summary>Bytes of an answer that are read; a longer one is refused.</summary>
    [Range(1024, 16 * 1024 * 1024)]
    public int MaxAnswerBytes { get; set; } = 64 * 1024;
}
