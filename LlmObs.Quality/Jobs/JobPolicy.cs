using LlmObs.Storage.Jobs;

namespace LlmObs.Quality.Jobs;

/// <summary>When a turn that failed is tried again. Knows no clock and no store.</summary>
public sealed class JobPolicy(QualityOptions options)
{
    /// <summary>The wait; null when the job is given up.</summary>
    public TimeSpan? Retry(QualityJob job)
    {
        if (job.Attempts >= options.MaxAttempts && job.Kind != JobKind.Arrival)
        {
            return null;
        }

        // 2^30 first retries are more than any limit.
        var seconds = options.FirstRetrySeconds * Math.Pow(2, Math.Clamp(job.Attempts - 1, 0, 30));
        return TimeSpan.FromSeconds(Math.Min(seconds, options.MaxRetrySeconds));
    }
}
