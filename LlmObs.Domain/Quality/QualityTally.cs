namespace LlmObs.Domain.Quality;

/// <summary>Counts over a group of requests, and the measures they give. The only place where a measure's formula is applied.</summary>
public sealed record QualityTally
{
    private static readonly Bootstrap Bootstrap = new();

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

    /// <summary>The satisfaction of the requests that have one.</summary>
    public Moments Stars { get; init; } = Moments.None;

    public long Explicit { get; init; }
    public long Implicit { get; init; }
    public long Reverse { get; init; }

    /// <summary>Requests whose trace can still be opened: sampling did not drop it.</summary>
    public long Kept { get; init; }

    public long Evaluated { get; init; }
    public long Labelled { get; init; }

    /// <summary>Of the requests that have tokens, and of those that have a price.</summary>
    public Moments Tokens { get; init; } = Moments.None;

    public Moments Cost { get; init; } = Moments.None;

    /// <summary>Null when no request has a price, or the prices are in several currencies.</summary>
    public string? Currency { get; init; }

    /// <summary>Milliseconds of every request.</summary>
    public Histogram Times { get; init; } = Histogram.Empty;

    /// <summary>Milliseconds to the first token of those that streamed one.</summary>
    public Histogram FirstTokens { get; init; } = Histogram.Empty;

    /// <summary>When the first request of the group began.</summary>
    public DateTime FirstAt { get; init; }

    /// <summary>All requests of these groups together; no request may be in two of them.</summary>
    public static QualityTally Merge(string key, IReadOnlyCollection<QualityTally> parts)
    {
        var currencies = parts.Where(part => part.Cost.Count > 0).Select(part => part.Currency).Distinct().ToList();
        return new()
        {
            Key = key,
            Requests = parts.Sum(part => part.Requests),
            Failed = parts.Sum(part => part.Failed),
            SqlJudged = parts.Sum(part => part.SqlJudged),
            SqlExecutable = parts.Sum(part => part.SqlExecutable),
            SqlFinalJudged = parts.Sum(part => part.SqlFinalJudged),
            SqlFinalExecutable = parts.Sum(part => part.SqlFinalExecutable),
            DataChecked = parts.Sum(part => part.DataChecked),
            DataValid = parts.Sum(part => part.DataValid),
            Stars = parts.Aggregate(Moments.None, (sum, part) => sum + part.Stars),
            Explicit = parts.Sum(part => part.Explicit),
            Implicit = parts.Sum(part => part.Implicit),
            Reverse = parts.Sum(part => part.Reverse),
            Kept = parts.Sum(part => part.Kept),
            Evaluated = parts.Sum(part => part.Evaluated),
            Labelled = parts.Sum(part => part.Labelled),
            Tokens = parts.Aggregate(Moments.None, (sum, part) => sum + part.Tokens),
            Cost = parts.Aggregate(Moments.None, (sum, part) => sum + part.Cost),
            Currency = currencies is [var only] ? only : null,
            Times = Histogram.Merge([.. parts.Select(part => part.Times)]),
            FirstTokens = Histogram.Merge([.. parts.Select(part => part.FirstTokens)]),
            FirstAt = parts.Select(part => part.FirstAt).DefaultIfEmpty().Min(),
        };
    }

    /// <summary>The measure of this group with its interval.</summary>
    public Estimate Of(Measure measure) =>
        measure.Key switch
        {
            "sql_executable" => Intervals.Rate(SqlExecutable, SqlJudged),
            "sql_final" => Intervals.Rate(SqlFinalExecutable, SqlFinalJudged),
            "data_valid" => Intervals.Rate(DataValid, DataChecked),
            "satisfaction" => Stars.Mean,
            "errors" => Intervals.Rate(Failed, Requests),
            "traced" => Intervals.Rate(Kept, Requests),
            "evaluated" => Intervals.Rate(Evaluated, Requests),
            "labelled" => Intervals.Rate(Labelled, Requests),
            "tokens" => Tokens.Mean,
            "cost" => Currency is null ? Estimate.None : Cost.Mean,
            _ => Percentile(measure) is { } p ? Bootstrap.Percentile(Values(measure), p) : Estimate.None,
        };

    /// <summary>How far the measure of <paramref name="second"/> is from that of <paramref name="first"/>, with its interval.</summary>
    public static Estimate Difference(Measure measure, QualityTally first, QualityTally second) =>
        Percentile(measure) is { } p ? Bootstrap.Difference(first.Values(measure), second.Values(measure), p)
        : measure.Unit == MeasureUnit.Share ? Intervals.RateDifference(first.Of(measure), second.Of(measure))
        : measure.Unit == MeasureUnit.Money && first.Currency != second.Currency ? Estimate.None
        : Means.Difference(first.MomentsOf(measure), second.MomentsOf(measure));

    private Moments MomentsOf(Measure measure) =>
        measure.Unit switch
        {
            MeasureUnit.Stars => Stars,
            MeasureUnit.Tokens => Tokens,
            _ => Cost,
        };

    private Histogram Values(Measure measure) => measure.Key.StartsWith("first_token", StringComparison.Ordinal) ? FirstTokens : Times;

    private static double? Percentile(Measure measure) =>
        measure.Key switch
        {
            "time_p50" or "first_token_p50" => 0.5,
            "time_p95" or "first_token_p95" => 0.95,
            "time_p99" or "first_token_p99" => 0.99,
            _ => null,
        };
}
