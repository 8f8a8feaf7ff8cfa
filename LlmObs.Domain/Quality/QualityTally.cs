namespace LlmObs.Domain.Quality;

/// <summary>Counts over a group of requests, and the measures they give. The only place where a measure's formula is applied.</summary>
public sealed record QualityTally
{
    /// <summary>What the group is: a release, a model, a day (ISO 8601); empty for all.</summary>
    public string Key { get; init; } = "";

    public long Requests { get; init; }
    public long Failed { get; init; }
    public long SqlJudged { get; init; }
    public long SqlExecutable { get; init; }
    public long SqlFinalJudged { get; init; }
    public long SqlFinalExecutable { get; init; }
    public long DataChecked { get; init; }
    public long DataValid { get; init; }

    /// <summary>Requests with a satisfaction, the sum of it, and the sum of its squares.</summary>
    public long Rated { get; init; }

    public double StarSum { get; init; }
    public double StarSquares { get; init; }
    public long Explicit { get; init; }
    public long Implicit { get; init; }
    public long Reverse { get; init; }

    /// <summary>Requests whose trace can still be opened: sampling did not drop it.</summary>
    public long Kept { get; init; }

    public long Evaluated { get; init; }
    public long Labelled { get; init; }

    /// <summary>Requests with tokens, and with a cost.</summary>
    public long Metered { get; init; }

    public long Tokens { get; init; }
    public long Priced { get; init; }
    public decimal Cost { get; init; }

    /// <summary>Null when no request has a price, or the prices are in several currencies.</summary>
    public string? Currency { get; init; }

    public double? P50 { get; init; }
    public double? P95 { get; init; }
    public double? P99 { get; init; }
    public long FirstTokens { get; init; }
    public double? FirstTokenP50 { get; init; }

    /// <summary>When the first request of the group began.</summary>
    public DateTime FirstAt { get; init; }

    /// <summary>The measure of this group. Percentiles come without an interval here: that needs the durations themselves, see <see cref="Bootstrap"/>.</summary>
    public Estimate Of(Measure measure) =>
        measure.Key switch
        {
            "sql_executable" => Intervals.Rate(SqlExecutable, SqlJudged),
            "sql_final" => Intervals.Rate(SqlFinalExecutable, SqlFinalJudged),
            "data_valid" => Intervals.Rate(DataValid, DataChecked),
            "satisfaction" => Intervals.Mean(StarSum, StarSquares, Rated),
            "errors" => Intervals.Rate(Failed, Requests),
            "traced" => Intervals.Rate(Kept, Requests),
            "evaluated" => Intervals.Rate(Evaluated, Requests),
            "labelled" => Intervals.Rate(Labelled, Requests),
            "time_p50" => new(P50, null, null, Requests),
            "time_p95" => new(P95, null, null, Requests),
            "time_p99" => new(P99, null, null, Requests),
            "first_token_p50" => new(FirstTokenP50, null, null, FirstTokens),
            "tokens" => Average(Tokens, Metered),
            "cost" => Currency is null ? Estimate.None : Average((double)Cost, Priced),
            _ => Estimate.None,
        };

    private static Estimate Average(double sum, long count) => count == 0 ? Estimate.None : new(sum / count, null, null, count);
}
