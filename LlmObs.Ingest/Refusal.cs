using Grpc.Core;
using LlmObs.Storage.Access;

namespace LlmObs.Ingest;

/// <summary>Why a request is not taken.</summary>
internal enum RefusalReason
{
    Malformed,
    NoCredentials,
    NotAllowed,
    TooLarge,
    MediaType,
    ContentEncoding,
    Overloaded,
    RateLimited,
    StorageAway,
}

/// <summary>A refused request: what to tell the client, and whether it may come again.</summary>
/// <param name="Message">English, for the client's log; names the field and the limit.</param>
/// <param name="RetryAfter">Set exactly when the same request may succeed later.</param>
internal sealed record Refusal(RefusalReason Reason, string Message, TimeSpan? RetryAfter = null)
{
    /// <summary>Only 429, 502, 503 and 504 make OTLP clients send again.</summary>
    public int HttpStatus =>
        Reason switch
        {
            RefusalReason.Malformed => StatusCodes.Status400BadRequest,
            RefusalReason.NoCredentials => StatusCodes.Status401Unauthorized,
            RefusalReason.NotAllowed => StatusCodes.Status403Forbidden,
            RefusalReason.TooLarge => StatusCodes.Status413PayloadTooLarge,
            RefusalReason.MediaType or RefusalReason.ContentEncoding => StatusCodes.Status415UnsupportedMediaType,
            RefusalReason.RateLimited => StatusCodes.Status429TooManyRequests,
            _ => StatusCodes.Status503ServiceUnavailable,
        };

    /// <summary>RESOURCE_EXHAUSTED without RetryInfo, as for what is too large, is never sent again; with it, as for a rate, it is.</summary>
    public StatusCode GrpcStatus =>
        Reason switch
        {
            RefusalReason.Malformed or RefusalReason.MediaType => StatusCode.InvalidArgument,
            RefusalReason.NoCredentials => StatusCode.Unauthenticated,
            RefusalReason.NotAllowed => StatusCode.PermissionDenied,
            RefusalReason.TooLarge or RefusalReason.RateLimited => StatusCode.ResourceExhausted,
            RefusalReason.ContentEncoding => StatusCode.Unimplemented,
            _ => StatusCode.Unavailable,
        };

    /// <summary>Set when the key asked for too much: for the headers of the answer.</summary>
    public RateExceeded? Rate { get; private init; }

    public static Refusal RateLimited(RateExceeded rate) => new(RefusalReason.RateLimited, rate.Message, rate.RetryAfter) { Rate = rate };

    /// <summary>PostgreSQL is down, starting, failing over: nothing was written, and the same request may succeed soon.</summary>
    public static Refusal StorageAway(IngestOptions options) =>
        new(
            RefusalReason.StorageAway,
            "The database cannot take the batch at this moment. Send it again later.",
            TimeSpan.FromSeconds(options.RetryAfterSeconds)
        );

    public int RetryAfterSeconds => (int)Math.Ceiling((RetryAfter ?? TimeSpan.Zero).TotalSeconds);
}
