using System.Globalization;
using System.Text.Json;
using LlmObs.Domain.Evaluators;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.Storage.Evaluators;
using LlmObs.Storage.Jobs;
using LlmObs.TraceLog;
using Microsoft.Extensions.Options;

namespace LlmObs.Quality.Evaluation;

/// <summary>One turn of a job: chooses the next spans, judges them, says where to go on.</summary>
public sealed class EvaluationTurn(
    EvaluatorStore evaluators,
    SubjectReader subjects,
    SpanSearch search,
    Judging judging,
    IOptions<QualityOptions> options,
    TimeProvider time
)
{
    public const int DryRunSpans = 20;

    // Where only roots are wanted, many a span is read for one that is.
    private const int DryRunPages = 20;
    private const int DryRunPageSize = 100;
    private const int LongestQuestion = 200;

    // Most of what arrives is not what a filter wants: it is passed over in larger steps than are judged.
    private const int ScannedSpans = 500;

    // One trace a turn: of chosen ones each is judged whole.
    private const int MostSpansOfTrace = 5000;
    private static readonly TimeSpan DryRunWindow = TimeSpan.FromDays(7);

    /// <exception cref="QueryException">The filter cannot be understood.</exception>
    public async Task<JobTurn> RunAsync(QualityJob job, CancellationToken cancellationToken)
    {
        if (await evaluators.GetAsync(job.EvaluatorId, job.Version, cancellationToken) is not { } evaluator)
        {
            return new(job.Position, IsFinished: true, TimeSpan.Zero, 0, 0, 0, "The evaluator was removed.");
        }

        return job.Kind switch
        {
            JobKind.Arrival => await ArrivalAsync(job, evaluator, cancellationToken),
            JobKind.DryRun => await DryRunAsync(evaluator, cancellationToken),
            JobKind.Traces => await TracesAsync(job, evaluator, cancellationToken),
            _ => await HistoryAsync(job, evaluator, cancellationToken),
        };
    }

    private async Task<JobTurn> ArrivalAsync(QualityJob job, Evaluator evaluator, CancellationToken cancellationToken)
    {
        var position = job.Position is null ? new(job.CreatedAt, "", "") : JsonSerializer.Deserialize<ArrivalPosition>(job.Position)!;
        var hasFilter = !string.IsNullOrWhiteSpace(evaluator.Definition.Filter);
        var horizon = await subjects.HorizonAsync(
            evaluator.Project.Id,
            TimeSpan.FromSeconds(options.Value.ArrivalDelaySeconds),
            hasFilter,
            cancellationToken
        );
        var arrived = await subjects.ArrivedAsync(
            evaluator.Project.Id,
            (position.At, position.TraceId, position.SpanId),
            horizon,
            ScannedSpans,
            cancellationToken
        );
        if (arrived is not [.., var last])
        {
            return new(job.Position, IsFinished: false, TimeSpan.FromSeconds(options.Value.PollSeconds), 0, 0, 0);
        }

        var chosen = await MatchingAsync(evaluator, arrived, cancellationToken);
        if (chosen.Count > options.Value.TurnSpans)
        {
            chosen = chosen[..options.Value.TurnSpans];
            last = chosen[^1];
        }

        var judged = await judging.JudgeAsync(evaluator, [.. chosen.Select(span => span.Ref)], isDryRun: false, cancellationToken);
        return Turn(JsonSerializer.Serialize(new ArrivalPosition(last.ReceivedAt, last.TraceId, last.SpanId)), isFinished: false, judged);
    }

    private async Task<JobTurn> HistoryAsync(QualityJob job, Evaluator evaluator, CancellationToken cancellationToken)
    {
        var query = new SpanQuery(evaluator.Project.Name, evaluator.Definition.Filter, job.From!.Value, job.To!.Value);
        var page = await search.SpansAsync(query, job.Position, options.Value.TurnSpans, cancellationToken);
        var chosen = page.Hits.Select(hit => hit.Span).Where(span => IsWanted(evaluator, span.TraceId, span.ParentSpanId is null, span.Kind));
        var judged = await judging.JudgeAsync(evaluator, [.. chosen.Select(Ref)], isDryRun: false, cancellationToken);
        return Turn(page.NextCursor, page.NextCursor is null, judged);
    }

    /// <summary>Judges the next of the chosen traces; its filter chooses among their spans, its share does not.</summary>
    private async Task<JobTurn> TracesAsync(QualityJob job, Evaluator saved, CancellationToken cancellationToken)
    {
        var evaluator = WithoutShare(saved);
        var next = job.Position is null ? 0 : int.Parse(job.Position, CultureInfo.InvariantCulture);
        var trace = job.TraceIds.Skip(next).Take(1).ToList();
        var spans = await subjects.OfTracesAsync(evaluator.Project.Id, trace, MostSpansOfTrace, cancellationToken);
        var chosen = await MatchingAsync(evaluator, spans, cancellationToken);
        var judged = await judging.JudgeAsync(evaluator, [.. chosen.Select(span => span.Ref)], isDryRun: false, cancellationToken);
        return Turn((next + 1).ToString(CultureInfo.InvariantCulture), next + 1 >= job.TraceIds.Count, judged);
    }

    private async Task<JobTurn> DryRunAsync(Evaluator saved, CancellationToken cancellationToken)
    {
        var evaluator = WithoutShare(saved);
        var now = time.GetUtcNow();
        var query = new SpanQuery(evaluator.Project.Name, evaluator.Definition.Filter, now - DryRunWindow, now.AddMinutes(1));
        var chosen = new List<SpanRef>();
        for (var (cursor, pages) = ((string?)null, 0); chosen.Count < DryRunSpans && pages < DryRunPages; pages++)
        {
            var page = await search.SpansAsync(query, cursor, DryRunPageSize, cancellationToken);
            var wanted = page.Hits.Select(hit => hit.Span).Where(span => IsWanted(evaluator, span.TraceId, span.ParentSpanId is null, span.Kind));
            chosen.AddRange(wanted.Select(Ref).Take(DryRunSpans - chosen.Count));
            if ((cursor = page.NextCursor) is null)
            {
                break;
            }
        }

        var judged = await judging.JudgeAsync(evaluator, chosen, isDryRun: true, cancellationToken);
        return Turn(null, isFinished: true, judged) with
        {
            DryRun =
            [
                .. judged.Select(one => new DryRunSpan(
                    one.Subject.Span.TraceId,
                    one.Subject.Span.SpanId,
                    one.Subject.Span.Name,
                    one.Subject.Question is { Length: > LongestQuestion } question ? question[..LongestQuestion] : one.Subject.Question,
                    one.Findings,
                    one.Skipped,
                    one.Error
                )),
            ],
        };
    }

    /// <summary>Those of the spans that the evaluator wants, and that its filter finds.</summary>
    private async Task<List<Arrival>> MatchingAsync(Evaluator evaluator, IReadOnlyList<Arrival> spans, CancellationToken cancellationToken)
    {
        var wanted = spans.Where(span => IsWanted(evaluator, span.TraceId, span.IsRoot, span.Kind)).ToList();
        if (wanted.Count == 0 || string.IsNullOrWhiteSpace(evaluator.Definition.Filter))
        {
            return wanted;
        }

        var query = new SpanQuery(
            evaluator.Project.Name,
            evaluator.Definition.Filter,
            DateTimeOffset.UnixEpoch.AddTicks(wanted.Min(span => span.StartUnixNano) / 100).AddSeconds(-1),
            time.GetUtcNow().AddDays(1)
        );
        var matching = new HashSet<(string, string)>();
        foreach (var ids in wanted.Select(span => span.SpanId).Chunk(ScannedSpans))
        {
            matching.UnionWith(await search.MatchingAsync(query, ids, cancellationToken));
        }

        return wanted.FindAll(span => matching.Contains((span.TraceId, span.SpanId)));
    }

    // What was chosen one by one is a sample already.
    private static Evaluator WithoutShare(Evaluator evaluator) => evaluator with { Definition = evaluator.Definition with { SampleShare = 1 } };

    // A judge's own call is no subject: it would be judged, and that judgement judged.
    private static bool IsWanted(Evaluator evaluator, string traceId, bool isRoot, SpanKind kind) =>
        kind != SpanKind.Evaluator && (isRoot || !evaluator.Definition.RootsOnly) && TraceSample.Holds(traceId, evaluator.Definition.SampleShare);

    private static SpanRef Ref(Span span) => new(span.TraceId, span.SpanId);

    private static JobTurn Turn(string? position, bool isFinished, IReadOnlyList<JudgedSubject> judged) =>
        new(
            position,
            isFinished,
            TimeSpan.Zero,
            judged.Count(one => one.Findings.Count > 0),
            judged.Count(one => one.Skipped is not null),
            judged.Count(one => one.Error is not null),
            judged.LastOrDefault(one => one.Error is not null)?.Error
        );

    private sealed record ArrivalPosition(DateTimeOffset At, string TraceId, string SpanId);
}
