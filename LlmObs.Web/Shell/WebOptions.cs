using System.ComponentModel.DataAnnotations;

namespace LlmObs.Web.Shell;

/// <summary>Section <c>Web</c>.</summary>
public sealed class WebOptions
{
    public const string Section = "Web";

    /// <summary>The token of the first login link. Without one Web makes a random token at every start and logs the link.</summary>
    [MinLength(16)]
    public string? LoginToken { get; set; }

    /// <summary>How long an unused login link stays good.</summary>
    public TimeSpan LoginLinkLifetime { get; set; } = TimeSpan.FromHours(12);

    /// <summary>How long a reader waits for SLS before the page says that it is away.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan SearchTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The most rows one export writes.</summary>
    [Range(1, 10_000_000)]
    public int ExportRows { get; set; } = 100_000;

    /// <summary>The address applications send to, as the first page shows it. Without one it is taken from service discovery (<c>services:ingest</c>), else port 4318 of this host.</summary>
    [Url]
    public string? PublicIngestUrl { get; set; }

    /// <summary>The address for OTLP over gRPC, as the first page shows it. Without one it is port 4317 of the host of <see cref="PublicIngestUrl"/>.</summary>
    [Url]
    public string? PublicGrpcUrl { get; set; }
}
