using LlmObs.Domain;
using LlmObs.Domain.Quality;
using LlmObs.Domain.Scores;
using LlmObs.Domain.Spans;
using LlmObs.IntegrationTests.Support;
using LlmObs.Quality.Facts;
using LlmObs.Storage.Quality;
using LlmObs.Storage.Writing;
using Microsoft.Extensions.Options;

namespace LlmObs.IntegrationTests.Quality;

/// <summary>Requests and scores of a test, and the measures worked out from them.</summary>
internal sealed class QualityFacts(TestDatabase database)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public QualityReader Reader => new(database.Database, Options.Create(new SatisfactionWeights()));

    public FactRollup Rollup =>
        new(
            new(database.Database),
            new(database.Database),
            new(database.Database),
            database.Reader,
            new(database.Database),
            Options.Create(new FactOptions { HourRestSeconds = 3600 }),
            Options.Create(database.Options),
            database.Clock
        );

    public static SpanRecord Asked(string question, long start, string? session = null) =>
        Spans
            .Chat(start: start)
            .With(span => span with { Kind = SpanKind.Workflow, Question = question, SessionId = session, RequestId = Guid.NewGuid().ToString("N") });

    public static QualityFilter Filter(Project project) =>
        new(project.Id, TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));

    public async Task<IReadOnlyList<string>> AskAsync(Project project, int count, Func<Span, Span>? change = null)
    {
        var spans = Enumerable.Range(0, count).Select(i => Asked($"question {i}", Spans.Now()).With(change ?? (span => span))).ToArray();
        await database.WriteAsync(project, spans);
        return [.. spans.Select(span => span.Span.TraceId)];
    }

    public async Task<QualityTally> TallyAsync(Project project)
    {
        await Rollup.RunAsync(Cancel);
        return await TallyAsync(Filter(project));
    }

    public async Task<QualityTally> TallyAsync(QualityFilter filter) =>
        QualityTally.Merge("", [.. (await Reader.CellsAsync(filter, null, "UTC", Cancel)).Select(cell => cell.Tally)]);

    public Task ScoreAsync(Project project, params IReadOnlyCollection<Score> scores) =>
        new ScoreWriter(database.Database, database.Sampling).WriteAsync(project, scores, Cancel);

    public static Score Sql(string id, string traceId, bool passed, string label = "ok") =>
        Given(id, traceId, null, ScoreNames.SqlExecutable, "code", passed) with
        {
            Label = label,
        };

    public static Score Reverse(string id, string traceId, double value) =>
        new(id, traceId, null, null, null, ScoreNames.ReverseSimilarity, ScoreType.Numeric, value, null, null, "llm", 1, default);

    public static Score Given(string id, string? traceId, string? requestId, string name, string source, bool passed) =>
        new(id, traceId, null, null, requestId, name, ScoreType.Boolean, passed ? 1 : 0, null, null, source, 1, default);
}
