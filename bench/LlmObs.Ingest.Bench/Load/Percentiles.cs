namespace LlmObs.Ingest.Bench.Load;

/// <summary>Times of requests, exact: every one is kept.</summary>
internal sealed class Percentiles(List<double> milliseconds)
{
    private readonly double[] sorted = [.. milliseconds.Order()];

    /// <param name="share">From 0 to 1.</param>
    /// <returns>Milliseconds; 0 when there was no request.</returns>
    public double At(double share) => sorted.Length == 0 ? 0 : sorted[(int)Math.Min(sorted.Length - 1, share * sorted.Length)];
}
