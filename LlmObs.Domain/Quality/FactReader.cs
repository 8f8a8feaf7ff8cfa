using System.Text.Json;
using LlmObs.Domain.Scores;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;

namespace LlmObs.Domain.Quality;

/// <summary>Works out a <see cref="RequestFact"/> from a trace and its scores.</summary>
public static class FactReader
{
    /// <summary>Names of steps that one request keeps: a sender that puts ids into names must not fill a table.</summary>
    private const int MaxSteps = 60;

    /// <summary>Tags of a request that are counted by.</summary>
    private const int MaxTags = 20;

    private const int MaxMessage = 300;

    /// <param name="spans">All of one trace, at least one.</param>
    /// <param name="scores">Of the trace, of its spans and of its request.</param>
    /// <returns>Null for what is no request: the trace of an evaluator at work.</returns>
    public static RequestFact? Read(int projectId, IReadOnlyCollection<Span> spans, IReadOnlyCollection<Score> scores)
    {
        var tree = TraceTree.Build(spans);
        var summary = TraceRollup.Summarise(tree);
        var root = (tree.Roots.FirstOrDefault(node => !node.IsOrphan) ?? tree.Roots[0]).Span;
        if (root.Kind == SpanKind.Evaluator)
        {
            return null;
        }

        var byTime = tree.Rows.Select(node => node.Span).OrderBy(span => span.StartUnixNano).ToList();
        var sql = Statements(scores, ScoreNames.SqlExecutable, byTime);
        var data = Statements(scores, ScoreNames.DataValid, byTime);
        var stars = scores.Where(Feedback.IsFeedback).Select(Feedback.Stars).OfType<double>().ToList();
        var reverse = scores.Where(score => score is { Name: ScoreNames.ReverseSimilarity, Value: >= 0 and <= 1 }).ToList();
        return new()
        {
            ProjectId = projectId,
            TraceId = summary.TraceId,
            StartedAt = DateTimeOffset.UnixEpoch.AddTicks(summary.StartUnixNano / 100),
            Service = summary.Service,
            Release = summary.Release ?? byTime.Select(span => span.Version).FirstOrDefault(version => version is not null),
            Environment = summary.Environment,
            UserId = summary.UserId,
            SessionId = summary.SessionId,
            Question = summary.Question,
            QuestionKey = Questions.Key(summary.Question),
            Tags = [.. summary.Tags.Take(MaxTags)],
            Models = Distinct(byTime.Select(span => span.DisplayModel)),
            Prompts = Distinct(byTime.Select(Prompt)),
            DurationMs = summary.DurationMs,
            FirstTokenMs = FirstToken(byTime, summary.StartUnixNano),
            HasFailed = summary.Status == SpanStatus.Error,
            ErrorType = summary.FirstError is { } first ? first.ErrorType ?? "error" : null,
            ErrorStep = summary.FirstError is { } failing ? StepName(tree, failing) : null,
            ErrorMessage = Short(summary.FirstError?.StatusMessage),
            InputTokens = summary.Usage?.InputTokens,
            OutputTokens = summary.Usage?.OutputTokens,
            Cost = summary.Cost?.Total,
            Currency = summary.Cost?.Currency,
            SqlJudged = sql.Count,
            SqlExecutable = sql.Count(Passed),
            SqlFinal = sql.Count == 0 ? null : Passed(sql[^1]),
            SqlOutcome = sql.Count == 0 || Passed(sql[^1]) ? null : sql[^1].Label ?? "other",
            SqlMessage = sql.Count == 0 || Passed(sql[^1]) ? null : Short(sql[^1].Comment),
            DataChecked = data.Count,
            DataValid = data.Count(Passed),
            DataOutcome = data.Count == 0 || Passed(data[^1]) ? null : data[^1].Label ?? "other",
            DataMessage = data.Count == 0 || Passed(data[^1]) ? null : Short(data[^1].Comment),
            ExplicitStars = stars.Count == 0 ? null : stars.Average(),
            SentSignals = Distinct(scores.Where(score => Signals.IsSignal(score.Name) && Passed(score)).Select(score => score.Name)),
            ReverseStars = reverse.Count == 0 ? null : 1 + 4 * reverse.Average(score => score.Value),
            IsEvaluated = scores.Any(score => score.Source is "code" or "llm"),
            IsLabelled = scores.Any(score => score.Source == "human"),
            Steps = Steps(byTime, root),
        };
    }

    private static bool Passed(Score score) => score.Value == 1;

    /// <summary>The judgements of a name in the order of their spans. One statement that several spans carry is judged once: the last counts.</summary>
    private static List<Score> Statements(IReadOnlyCollection<Score> scores, string name, List<Span> byTime)
    {
        var order = byTime.Select((span, i) => (span.SpanId, i)).ToDictionary(pair => pair.SpanId, pair => pair.i, StringComparer.Ordinal);
        return
        [
            .. scores
                .Where(score => score.Name == name && score.Value is 0 or 1)
                .OrderBy(score => score.SpanId is { } span ? order.GetValueOrDefault(span, int.MaxValue) : int.MaxValue)
                .ThenBy(score => score.UnixMicros)
                .Reverse()
                .DistinctBy(score => Sql(score.Metadata) ?? score.SpanId ?? score.Id)
                .Reverse(),
        ];
    }

    private static string? Sql(JsonText metadata) =>
        ScoreMetadata.Member(metadata, "sql") is { ValueKind: JsonValueKind.String } sql ? sql.GetString() : null;

    private static double? FirstToken(List<Span> byTime, long start) =>
        byTime.LastOrDefault(span => span.TimeToFirstTokenMs is not null) is { TimeToFirstTokenMs: { } wait } span
            ? (span.StartUnixNano - start) / 1e6 + wait
            : null;

    private static string? Prompt(Span span) => span.PromptName is { } name ? (span.PromptVersion is { } version ? $"{name}@{version}" : name) : null;

    /// <summary>The innermost named step around a failing call: "校验", not the "SELECT" inside it.</summary>
    private static string StepName(TraceTree tree, Span failing)
    {
        var byId = tree.Rows.ToDictionary(node => node.Span.SpanId, node => node.Span, StringComparer.Ordinal);
        var steps = 0;
        for (var span = failing; steps < tree.Rows.Count; steps++)
        {
            if (span.Kind is SpanKind.Workflow or SpanKind.Agent or SpanKind.Chain or SpanKind.Tool)
            {
                return Name(span);
            }

            if (span.ParentSpanId is not { } parent || !byId.TryGetValue(parent, out span!))
            {
                break;
            }
        }

        return Name(failing);
    }

    private static IReadOnlyList<StepFact> Steps(List<Span> byTime, Span root) =>
        [
            .. byTime
                .Where(span => span.SpanId != root.SpanId)
                .GroupBy(span => (Name: Name(span), span.Kind))
                .Select(step =>
                {
                    var costs = Cost.ByCurrency(step.Select(span => span.Cost).OfType<Cost>());
                    return new StepFact(
                        step.Key.Name,
                        (int)step.Key.Kind,
                        step.Count(),
                        step.Count(span => span.Status == SpanStatus.Error),
                        step.Sum(span => span.DurationMs),
                        costs is [var only] ? only.Total : null,
                        costs is [var one] ? one.Currency : null
                    );
                })
                .Take(MaxSteps),
        ];

    private static string Name(Span span) => Short(span.WorkflowName ?? span.Name)!;

    private static IReadOnlyList<string> Distinct(IEnumerable<string?> values) =>
        [.. values.OfType<string>().Where(value => value.Length > 0).Distinct(StringComparer.Ordinal).Take(20)];

    private static string? Short(string? text) =>
        text is null || text.Length <= MaxMessage ? text : text[..(char.IsHighSurrogate(text[MaxMessage - 1]) ? MaxMessage - 1 : MaxMessage)];
}
