using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace LlmObs.Storage.Access;

/// <summary>A key that asked for too much.</summary>
/// <param name="Message">English, for the client's log; names the limit.</param>
/// <param name="Limit">What the bucket holds when full.</param>
/// <param name="Remaining">What it holds now.</param>
public sealed record RateExceeded(string Message, long Limit, long Remaining, TimeSpan RetryAfter)
{
    public int RetryAfterSeconds => (int)Math.Ceiling(RetryAfter.TotalSeconds);

    /// <summary>Retry-After, and X-RateLimit-Limit, -Remaining and -Reset, which is in seconds from now.</summary>
    public void WriteTo(IHeaderDictionary headers)
    {
        headers.RetryAfter = Text(RetryAfterSeconds);
        headers["X-RateLimit-Limit"] = Text(Limit);
        headers["X-RateLimit-Remaining"] = Text(Remaining);
        headers["X-RateLimit-Reset"] = Text(RetryAfterSeconds);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>One bucket of requests and one of spans for each key, filled at its rate.</summary>
public sealed class RateLimits : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly RateLimitOptions options;
    private readonly PartitionedRateLimiter<ApiKey> requests;
    private readonly PartitionedRateLimiter<ApiKey> spans;

    public RateLimits(IOptions<RateLimitOptions> options)
    {
        this.options = options.Value;
        requests = Buckets(RequestsPerSecond);
        spans = Buckets(SpansPerSecond);
    }

    /// <summary>Counts one request of the key; null when it is within its limit.</summary>
    public RateExceeded? TakeRequest(ApiKey key) => Take(requests, key, 1, RequestsPerSecond(key), "requests");

    /// <summary>Counts spans, or log records, that the key sends; null when they are within its limit. More than a full bucket costs a full bucket, or it could never be sent.</summary>
    public RateExceeded? TakeSpans(ApiKey key, long count) => Take(spans, key, count, SpansPerSecond(key), "spans");

    public void Dispose()
    {
        requests.Dispose();
        spans.Dispose();
    }

    private int RequestsPerSecond(ApiKey key) => key.Limits.RequestsPerSecond ?? options.RequestsPerSecond;

    private int SpansPerSecond(ApiKey key) => key.Limits.SpansPerSecond ?? options.SpansPerSecond;

    private int Bucket(int perSecond) => (int)Math.Min(int.MaxValue, (long)perSecond * options.BurstSeconds);

    // Whoever's limit is changed gets a new bucket. Visitors of a page, who hold the public half, can't use up what the servers may send.
    private PartitionedRateLimiter<ApiKey> Buckets(Func<ApiKey, int> perSecond) =>
        PartitionedRateLimiter.Create<ApiKey, (Guid Key, bool IsPublicHalf, int PerSecond)>(key =>
            RateLimitPartition.GetTokenBucketLimiter(
                (Key: key.Id, key.IsPublicHalf, PerSecond: perSecond(key)),
                partition =>
                    new()
                    {
                        TokensPerPeriod = partition.PerSecond,
                        ReplenishmentPeriod = Second,
                        TokenLimit = Bucket(partition.PerSecond),
                        QueueLimit = 0,
                    }
            )
        );

    private RateExceeded? Take(PartitionedRateLimiter<ApiKey> limiter, ApiKey key, long count, int perSecond, string what)
    {
        if (perSecond == 0 || count == 0)
        {
            return null;
        }

        var bucket = Bucket(perSecond);
        using var lease = limiter.AttemptAcquire(key, (int)Math.Min(count, bucket));
        return lease.IsAcquired
            ? null
            : new(
                $"The key '{key.Name}' may ask for {perSecond} {what} a second. Send again later.",
                bucket,
                limiter.GetStatistics(key)?.CurrentAvailablePermits ?? 0,
                lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : Second
            );
    }
}
