namespace LlmObs.Domain.Quality;

/// <summary>What the number of a measure is.</summary>
public enum MeasureUnit
{
    /// <summary>0 to 1.</summary>
    Share,
    Milliseconds,

    /// <summary>1 to 5.</summary>
    Stars,
    Tokens,
    Money,
}

/// <summary>A quality measure. Its formula is in docs/quality.md under its key.</summary>
/// <param name="Key">As in addresses, CSV and docs.</param>
/// <param name="Name">English; the key of its translation.</param>
public sealed record Measure(string Key, string Name, MeasureUnit Unit, bool IsHigherBetter)
{
    public static readonly Measure SqlExecutable = new("sql_executable", "SQL executable", MeasureUnit.Share, true);
    public static readonly Measure SqlFinal = new("sql_final", "Final SQL executable", MeasureUnit.Share, true);
    public static readonly Measure DataValid = new("data_valid", "Valid data", MeasureUnit.Share, true);
    public static readonly Measure TimeP50 = new("time_p50", "Time, p50", MeasureUnit.Milliseconds, false);
    public static readonly Measure TimeP95 = new("time_p95", "Time, p95", MeasureUnit.Milliseconds, false);
    public static readonly Measure TimeP99 = new("time_p99", "Time, p99", MeasureUnit.Milliseconds, false);
    public static readonly Measure FirstTokenP50 = new("first_token_p50", "First token, p50", MeasureUnit.Milliseconds, false);
    public static readonly Measure FirstTokenP95 = new("first_token_p95", "First token, p95", MeasureUnit.Milliseconds, false);
    public static readonly Measure FirstTokenP99 = new("first_token_p99", "First token, p99", MeasureUnit.Milliseconds, false);
    public static readonly Measure Satisfaction = new("satisfaction", "Satisfaction", MeasureUnit.Stars, true);
    public static readonly Measure Errors = new("errors", "Failed requests", MeasureUnit.Share, false);
    public static readonly Measure Traced = new("traced", "Traced", MeasureUnit.Share, true);
    public static readonly Measure Evaluated = new("evaluated", "Judged by an evaluator", MeasureUnit.Share, true);
    public static readonly Measure Labelled = new("labelled", "Labelled by people", MeasureUnit.Share, true);
    public static readonly Measure Tokens = new("tokens", "Tokens a request", MeasureUnit.Tokens, false);
    public static readonly Measure Cost = new("cost", "Cost a request", MeasureUnit.Money, false);

    public static readonly IReadOnlyList<Measure> All =
    [
        SqlExecutable,
        SqlFinal,
        DataValid,
        TimeP50,
        TimeP95,
        TimeP99,
        FirstTokenP50,
        FirstTokenP95,
        FirstTokenP99,
        Satisfaction,
        Errors,
        Traced,
        Evaluated,
        Labelled,
        Tokens,
        Cost,
    ];
}
