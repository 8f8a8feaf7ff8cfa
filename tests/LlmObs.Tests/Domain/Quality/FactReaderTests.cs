using LlmObs.Domain;
using LlmObs.Domain.Quality;
using LlmObs.Domain.Scores;
using LlmObs.Domain.Spans;

namespace LlmObs.Tests.Domain.Quality;

public sealed class FactReaderTests
{
    private const long Ms = 1_000_000;

    [Fact]
    public void Reads_a_request_from_its_spans()
    {
        var fact = Read([
            Span("root", null, 0, 5_000, SpanKind.Workflow) with
            {
                Question = "各门店的GMV",
                Release = "1.0.0",
                Service = "copilot",
                UserId = "u",
                SessionId = "s",
            },
            Span("gen", "root", 100, 1_000, SpanKind.Llm) with
            {
                Model = "m-1",
                PromptName = "generate-sql",
                PromptVersion = "2",
                Usage = new(100, 20),
                Cost = new(null, null, 0.5m, "CNY"),
            },
            Span("answer", "root", 4_000, 900, SpanKind.Llm) with
            {
                Model = "m-1",
                TimeToFirstTokenMs = 250,
                Usage = new(10, 5),
            },
        ])!;

        Assert.Equal(("各门店的GMV", "1.0.0", "copilot", "u", "s"), (fact.Question, fact.Release, fact.Service, fact.UserId, fact.SessionId));
        Assert.Equal((5_000, 4_250), (fact.DurationMs, fact.FirstTokenMs));
        Assert.Equal((110, 25), (fact.InputTokens, fact.OutputTokens));
        Assert.Equal((0.5m, "CNY"), (fact.Cost, fact.Currency));
        Assert.Equal(["m-1"], fact.Models);
        Assert.Equal(["generate-sql@2"], fact.Prompts);
        Assert.Equal(["gen", "answer"], fact.Steps.Select(step => step.Name));
        Assert.False(fact.HasFailed || fact.IsEvaluated || fact.IsLabelled);
    }

    [Fact]
    public void A_failure_is_told_by_its_cause_and_the_step_around_it()
    {
        var fact = Read([
            Span("root", null, 0, 100, SpanKind.Workflow) with
            {
                Status = SpanStatus.Error,
            },
            Span("校验", "root", 10, 50, SpanKind.Workflow) with
            {
                Status = SpanStatus.Error,
            },
            Span("EXPLAIN shop", "校验", 20, 10, SpanKind.Db) with
            {
                Status = SpanStatus.Error,
                ErrorType = "42703",
                StatusMessage = "no column",
            },
        ])!;

        Assert.True(fact.HasFailed);
        Assert.Equal(("42703", "校验", "no column"), (fact.ErrorType, fact.ErrorStep, fact.ErrorMessage));
        Assert.Equal(1, fact.Steps.Single(step => step.Name == "校验").Failed);
    }

    [Fact]
    public void Every_statement_counts_once_and_the_last_one_decides_what_the_user_saw()
    {
        Span[] spans =
        [
            Span("root", null, 0, 100, SpanKind.Workflow),
            Span("step", "root", 5, 20, SpanKind.Workflow),
            Span("draft", "step", 10, 10, SpanKind.Llm),
            Span("repair", "root", 50, 10, SpanKind.Llm),
        ];
        var fact = Read(
            spans,
            Judged("repair", "SELECT 2", true),
            Judged("step", "SELECT 1", false, "unknown_column"),
            Judged("draft", "SELECT 1", false, "unknown_column"),
            Judged("repair", "SELECT 2", false, "empty") with
            {
                Name = ScoreNames.DataValid,
            }
        )!;

        Assert.Equal((2, 1, true), (fact.SqlJudged, fact.SqlExecutable, fact.SqlFinal));
        Assert.Null(fact.SqlOutcome);
        Assert.Equal((1, 0, "empty"), (fact.DataChecked, fact.DataValid, fact.DataOutcome));
        Assert.True(fact.IsEvaluated);

        var failed = Read(spans, Judged("draft", "SELECT 1", false, "syntax"))!;
        Assert.Equal((false, "syntax"), (failed.SqlFinal, failed.SqlOutcome));
    }

    [Fact]
    public void Feedback_signals_labels_and_reverse_evaluation_are_told_apart()
    {
        Score Given(string name, string source, ScoreType type, double value) =>
            new(name + source, "t", null, null, null, name, type, value, null, null, source, 1, default);

        var fact = Read(
            [Span("root", null, 0, 10, SpanKind.Workflow)],
            Given("user_feedback", "feedback", ScoreType.Boolean, 1),
            Given("stars", "feedback", ScoreType.Numeric, 3),
            Given("copied", "feedback", ScoreType.Boolean, 1),
            Given("retried", "api", ScoreType.Boolean, 0),
            Given("reverse_similarity", "llm", ScoreType.Numeric, 0.5),
            Given("verdict", "human", ScoreType.Boolean, 0)
        )!;

        Assert.Equal((4, 3), (fact.ExplicitStars, fact.ReverseStars));
        Assert.Equal(["copied"], fact.SentSignals);
        Assert.True(fact.IsEvaluated && fact.IsLabelled);
    }

    [Fact]
    public void An_evaluator_at_work_is_no_request() => Assert.Null(Read([Span("judge", null, 0, 10, SpanKind.Evaluator)]));

    private static RequestFact? Read(IReadOnlyCollection<Span> spans, params IReadOnlyCollection<Score> scores) => FactReader.Read(1, spans, scores);

    private static Span Span(string id, string? parent, long startMs, long durationMs, SpanKind kind) =>
        new()
        {
            TraceId = "t",
            SpanId = id,
            ParentSpanId = parent,
            Name = id,
            RawName = id,
            Kind = kind,
            StartUnixNano = startMs * Ms,
            DurationNano = durationMs * Ms,
        };

    private static Score Judged(string span, string sql, bool passed, string label = "ok") =>
        new(
            $"{span}:{sql}:{label}",
            "t",
            span,
            null,
            null,
            ScoreNames.SqlExecutable,
            ScoreType.Boolean,
            passed ? 1 : 0,
            label,
            null,
            "code",
            1,
            new JsonText($$"""{"sql":"{{sql}}"}""")
        );
}
