using System.ComponentModel.DataAnnotations;

namespace LlmObs.Ingest;

/// <summary>Limits and access of the way in. Every message about a limit names the option.</summary>
public sealed class IngestOptions
{
    public const string Section = "Ingest";

    /// <summary>Bytes of a request's body, as sent and again when inflated.</summary>
    [Range(1024, 1024 * 1024 * 1024)]
    public int MaxBodyBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Spans or log records in one request.</summary>
    [Range(1, 1_000_000)]
    public int MaxSpansPerRequest { get; set; } = 50_000;

    /// <summary>Attributes of a span, event, link, resource or record; further ones are cut and said.</summary>
    [Range(1, 100_000)]
    public int MaxAttributesPerSpan { get; set; } = 2_000;

    /// <summary>Bytes of one attribute's value in UTF-8; longer ones are cut and said.</summary>
    [Range(1024, 1024 * 1024 * 1024)]
    public int MaxAttributeBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>How deep lists and maps may be nested in an attribute.</summary>
    [Range(1, 28)]
    public int MaxDepth { get; set; } = 24;

    /// <summary>Export requests handled at one time; more wait.</summary>
    [Range(1, 10_000)]
    public int MaxConcurrentRequests { get; set; } = 32;

    /// <summary>Export requests that may wait; more are told to come again.</summary>
    [Range(0, 100_000)]
    public int MaxWaitingRequests { get; set; } = 256;

    /// <summary>Bytes of all bodies being handled at one time, inflated.</summary>
    [Range(1024 * 1024, int.MaxValue)]
    public int MaxBytesInFlight { get; set; } = 256 * 1024 * 1024;

    /// <summary>Bytes of large bodies (over 1 MiB, inflated) decoded, mapped and written at one time; further ones wait for their turn. When not set: 8 MiB for each processor.</summary>
    [Range(1024 * 1024, int.MaxValue)]
    public int? MaxLargeBytesAtOnce { get; set; }

    /// <summary>What clients are told to wait before they come again, in seconds.</summary>
    [Range(1, 3600)]
    public int RetryAfterSeconds { get; set; } = 5;

    /// <summary>Senders on this machine need no key and write to the project <c>default</c>. When not set: only in Development.</summary>
    public bool? AllowAnonymousLoopback { get; set; }
}
