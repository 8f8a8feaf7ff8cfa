using System.ComponentModel.DataAnnotations;
using LlmObs.Quality.Http;
using LlmObs.Quality.Judges;
using LlmObs.Quality.Sql;

namespace LlmObs.Quality;

/// <summary>How quality jobs run, and what evaluators may use.</summary>
public sealed class QualityOptions
{
    public const string Section = "Quality";

    /// <summary>Makes the demo's evaluators, and the connection to its shop.</summary>
    public bool Demo { get; set; }

    /// <summary>Jobs that run at one time.</summary>
    [Range(1, 32)]
    public int Workers { get; set; } = 2;

    /// <summary>Spans of one turn of a job: what a killed process does again.</summary>
    [Range(1, 500)]
    public int TurnSpans { get; set; } = 50;

    /// <summary>Seconds a claimed job belongs to one process; renewed while it works.</summary>
    [Range(5, 3600)]
    public int LeaseSeconds { get; set; } = 60;

    /// <summary>Seconds between looks for jobs when none is due.</summary>
    [Range(0.05, 60)]
    public double PollSeconds { get; set; } = 1;

    /// <summary>Seconds after its receipt before a span is judged on arrival: its trace should be whole by then, and SLS should find it.</summary>
    [Range(0, 3600)]
    public double ArrivalDelaySeconds { get; set; } = 15;

    /// <summary>Seconds before the first retry of a turn that failed; they double with each.</summary>
    [Range(0.1, 3600)]
    public double FirstRetrySeconds { get; set; } = 2;

    /// <summary>Most seconds between retries.</summary>
    [Range(1, 86_400)]
    public double MaxRetrySeconds { get; set; } = 300;

    /// <summary>Turns in a row that may fail before a job is given up. What judges arrivals is never given up.</summary>
    [Range(1, 1000)]
    public int MaxAttempts { get; set; } = 10;

    /// <summary>Databases that generated SQL may be run against, by name.</summary>
    public Dictionary<string, SqlConnectionOptions> Connections { get; } = [];

    /// <summary>Models that judge, by name.</summary>
    public Dictionary<string, JudgeModelOptions> Models { get; } = [];

    /// <summary>What holds for all judges.</summary>
    public JudgingOptions Judging { get; } = new();

    /// <summary>Evaluators by HTTP.</summary>
    public HttpEvaluatorOptions Http { get; } = new();

    /// <summary>Evaluators that are made sure to exist when the service starts.</summary>
    public List<Evaluation.ConfiguredEvaluator> Evaluators { get; } = [];
}
