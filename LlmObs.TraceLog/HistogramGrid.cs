namespace LlmObs.TraceLog;

/// <summary>The buckets of a histogram: a round width that gives at most 60, on multiples of it since 1970, clipped to the window.</summary>
internal sealed record HistogramGrid(long From, long To, long Width)
{
    private const int MostBuckets = 60;
    private static readonly long[] Widths = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];

    /// <param name="from">Unix seconds.</param>
    public static HistogramGrid Of(long from, long to)
    {
        var width = Widths.FirstOrDefault(width => Count(from, to, width) <= MostBuckets);
        return new(from, to, width > 0 ? width : ((to - from) / (MostBuckets - 1) / 86400 + 1) * 86400);
    }

    /// <summary>Every bucket of the window, those without rows included.</summary>
    /// <param name="counts">By the bucket's first second, not clipped.</param>
    public IReadOnlyList<HistogramBucket> Fill(IReadOnlyDictionary<long, (long Count, long Errors)> counts)
    {
        var buckets = new List<HistogramBucket>();
        for (var start = From - From % Width; start < To; start += Width)
        {
            var (count, errors) = counts.GetValueOrDefault(start);
            buckets.Add(
                new(
                    DateTimeOffset.FromUnixTimeSeconds(Math.Max(start, From)),
                    DateTimeOffset.FromUnixTimeSeconds(Math.Min(start + Width, To)),
                    count,
                    errors
                )
            );
        }

        return buckets;
    }

    private static long Count(long from, long to, long width) => (to - 1) / width - from / width + 1;
}
