using LlmObs.Domain.Quality;

namespace LlmObs.Storage.Quality;

/// <summary>Sums over requests that were rated by the same parts.</summary>
internal sealed record FactSumsRow
{
    /// <summary>When the hour or day begins; null for the whole window.</summary>
    public DateTime? At { get; init; }

    public string Key { get; init; } = "";

    /// <summary>1 explicit + 2 implicit + 4 reverse.</summary>
    public int Rated { get; init; }

    public long Requests { get; init; }
    public long Failed { get; init; }
    public long SqlJudged { get; init; }
    public long SqlExecutable { get; init; }
    public long SqlFinalJudged { get; init; }
    public long SqlFinalExecutable { get; init; }
    public long DataChecked { get; init; }
    public long DataValid { get; init; }
    public double Explicit { get; init; }
    public double Implicit { get; init; }
    public double Reverse { get; init; }
    public double ExplicitSquares { get; init; }
    public double ImplicitSquares { get; init; }
    public double ReverseSquares { get; init; }
    public double ExplicitImplicit { get; init; }
    public double ExplicitReverse { get; init; }
    public double ImplicitReverse { get; init; }
    public long Kept { get; init; }
    public long Evaluated { get; init; }
    public long Labelled { get; init; }
    public long Metered { get; init; }
    public double Tokens { get; init; }
    public double TokenSquares { get; init; }
    public double TokenCubes { get; init; }
    public long Priced { get; init; }
    public double Costs { get; init; }
    public double CostSquares { get; init; }
    public double CostCubes { get; init; }
    public string? Currency { get; init; }
    public string? LastCurrency { get; init; }
    public int[] Times { get; init; } = [];
    public int[] FirstTokens { get; init; } = [];
    public DateTime FirstAt { get; init; }

    public QualityTally ToTally(SatisfactionWeights weights) =>
        new()
        {
            Key = Key,
            Requests = Requests,
            Failed = Failed,
            SqlJudged = SqlJudged,
            SqlExecutable = SqlExecutable,
            SqlFinalJudged = SqlFinalJudged,
            SqlFinalExecutable = SqlFinalExecutable,
            DataChecked = DataChecked,
            DataValid = DataValid,
            Stars = Satisfaction.Composite(weights),
            Explicit = Satisfaction.HasExplicit ? Requests : 0,
            Implicit = Satisfaction.HasImplicit ? Requests : 0,
            Reverse = Satisfaction.HasReverse ? Requests : 0,
            Kept = Kept,
            Evaluated = Evaluated,
            Labelled = Labelled,
            Tokens = new(Metered, Tokens, TokenSquares, TokenCubes),
            Cost = new(Priced, Costs, CostSquares, CostCubes),
            Currency = Currency == LastCurrency ? Currency : null,
            Times = Histogram.FromPairs(Times),
            FirstTokens = Histogram.FromPairs(FirstTokens),
            FirstAt = FirstAt,
        };

    private SatisfactionSums Satisfaction =>
        new(
            Requests,
            (Rated & 1) != 0,
            (Rated & 2) != 0,
            (Rated & 4) != 0,
            Explicit,
            Implicit,
            Reverse,
            ExplicitSquares,
            ImplicitSquares,
            ReverseSquares,
            ExplicitImplicit,
            ExplicitReverse,
            ImplicitReverse
        );
}
