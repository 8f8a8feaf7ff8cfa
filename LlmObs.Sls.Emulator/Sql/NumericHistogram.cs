namespace LlmObs.Sls.Emulator.Sql;

/// <summary>
/// Presto's approximate histogram: of all values, neighbours are merged into their weighted mean until so many buckets are left, first
/// those whose merging moves the least weight over the shortest way.
/// </summary>
internal static class NumericHistogram
{
    private const int MaxBuckets = 10_000;

    /// <param name="buckets">How many to keep; 2 to 10,000.</param>
    /// <param name="pairs">Value, weight, value, weight, … in any order.</param>
    /// <returns>The same of the buckets, by value.</returns>
    /// <exception cref="ArgumentException">The number of buckets is none of these.</exception>
    public static List<double> Of(long buckets, List<double> pairs)
    {
        if (buckets is < 2 or > MaxBuckets)
        {
            throw new ArgumentException($"numeric_histogram takes 2 to {MaxBuckets} buckets, not {buckets}");
        }
        var all = Distinct(pairs);
        Merge(all, (int)buckets);
        return [.. all.Where(bucket => bucket.IsLeft).SelectMany(bucket => new[] { bucket.Value, bucket.Weight })];
    }

    private static List<Bucket> Distinct(List<double> pairs)
    {
        var buckets = new List<Bucket>();
        foreach (var pair in pairs.Chunk(2).OrderBy(pair => pair[0]))
        {
            var last = buckets.LastOrDefault();
            if (last is not null && last.Value.Equals(pair[0]))
            {
                last.Weight += pair[1];
                continue;
            }
            var next = new Bucket(buckets.Count, pair[0], pair[1]) { Before = last };
            last?.After = next;
            buckets.Add(next);
        }
        return buckets;
    }

    private static void Merge(List<Bucket> buckets, int limit)
    {
        // What it costs to merge a bucket with the next; costs that changed since stay in the queue and are skipped.
        var costs = new PriorityQueue<(Bucket Bucket, int Change), (double Cost, int Place)>();
        buckets.ForEach(Reckon);
        for (var left = buckets.Count; left > limit; )
        {
            var (bucket, change) = costs.Dequeue();
            if (change != bucket.Change)
            {
                continue;
            }
            bucket.TakeIn(bucket.After!);
            left--;
            Reckon(bucket);
            if (bucket.Before is not null)
            {
                Reckon(bucket.Before);
            }
        }

        void Reckon(Bucket bucket)
        {
            bucket.Change++;
            if (bucket.After is not null)
            {
                costs.Enqueue((bucket, bucket.Change), (bucket.CostWithNext, bucket.Place));
            }
        }
    }

    private sealed class Bucket(int place, double value, double weight)
    {
        public int Place => place;

        public double Value { get; private set; } = value;

        public double Weight { get; set; } = weight;

        public Bucket? Before { get; set; }

        public Bucket? After { get; set; }

        /// <summary>Not taken in by another.</summary>
        public bool IsLeft { get; private set; } = true;

        /// <summary>How often its cost changed.</summary>
        public int Change { get; set; }

        public double CostWithNext
        {
            get
            {
                var distance = Value - After!.Value;
                return distance * distance * Weight * After.Weight / (Weight + After.Weight);
            }
        }

        public void TakeIn(Bucket next)
        {
            var sum = Weight + next.Weight;
            Value = (Value * Weight + next.Value * next.Weight) / sum;
            Weight = sum;
            After = next.After;
            After?.Before = this;
            next.IsLeft = false;
            next.Change++;
        }
    }
}
