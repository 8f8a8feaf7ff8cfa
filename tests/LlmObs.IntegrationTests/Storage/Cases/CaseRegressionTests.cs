using LlmObs.Domain.Evaluators;
using LlmObs.Domain.Spans;
using LlmObs.IntegrationTests.Quality;
using LlmObs.IntegrationTests.Support;
using LlmObs.Quality.Facts;
using LlmObs.Storage.Cases;
using LlmObs.Storage.Jobs;
using Microsoft.Extensions.Options;

namespace LlmObs.IntegrationTests.Storage.Cases;

/// <summary>The questions of a case, asked of a later release.</summary>
public sealed class CaseRegressionTests(QualityStack stack) : IClassFixture<QualityStack>
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private CaseRegressionReader Regressions => new(stack.Database.Database);
    private CaseBook Book => new(stack.Database.Database, stack.Database.Sampling, TimeProvider.System);

    [Fact]
    public async Task An_evaluator_runs_over_the_answers_of_a_case_alone_and_its_results_stand_release_by_release()
    {
        var project = await stack.Database.NewProjectAsync();
        var broken = Answered("orders by store?", "1.0", "SELECT nothing FROM orders");
        var other = Answered("orders by day?", "1.0", "SELECT nothing FROM orders");
        var older = Answered("orders by store?", "2.0", "SELECT neither FROM orders", secondsAgo: 60);
        var mended = Answered("orders by store?", "2.0", "SELECT store FROM orders");
        await stack.RecordAsync(project, [.. broken, .. other, .. older]);
        await stack.RecordAsync(project, mended);
        var id = await Book.OpenAsync(
            project.Id,
            new("wrong", "score", null, null, null, [new(broken[0].Span.TraceId, "q")]) { ScoreId = "s" },
            "ann",
            Cancel
        );
        await WorkOutAsync();

        var before = await Regressions.ReadAsync(project.Id, id, Cancel);
        Assert.Equal(["1.0", "2.0"], before.Releases);
        Assert.Equal(
            [(broken[0].Span.TraceId, true), (mended[0].Span.TraceId, false)],
            before.Answers.Select(answer => (answer.TraceId, answer.IsOfCase))
        );
        Assert.Equal("s", (await new CaseReader(stack.Database.Database).FindAsync(project.Id, id, Cancel))!.Case.ScoreId);

        // A share of almost nothing, and a filter: chosen traces are judged all the same, and only their matching spans.
        var evaluator = await stack.SaveAsync(project, "sql", QualityStack.Sql(filter: "kind:llm", share: 1e-9));
        var job = await stack.Jobs.AddTracesAsync(evaluator, id, [.. before.Answers.Select(answer => answer.TraceId)], "ann", Cancel);
        var done = await stack.RunAsync(project, job);
        Assert.Equal((JobState.Done, 2L), (done.State, done.Judged));
        Assert.Equal(job, Assert.Single(await stack.Jobs.OfCaseAsync(project.Id, id, 5, Cancel)).Id);

        var after = await Regressions.ReadAsync(project.Id, id, Cancel);
        Assert.Equal([("1.0", 0.0, 1L), ("2.0", 1.0, 1L)], Results(after, "sql_executable"));
        await WorkOutAsync();
        Assert.Equal(["unknown_column", null], (await Regressions.ReadAsync(project.Id, id, Cancel)).Answers.Select(answer => answer.SqlOutcome));

        var elsewhere = await stack.Database.NewProjectAsync();
        Assert.Empty((await Regressions.ReadAsync(elsewhere.Id, id, Cancel)).Answers);
    }

    private static IEnumerable<(string, double, long)> Results(CaseRegression regression, string name) =>
        regression.Results.Where(result => result.Name == name).Select(result => (result.Release, result.Mean, result.Count));

    private Task<int> WorkOutAsync() =>
        new FactRollup(
            new(stack.Database.Database),
            new(stack.Database.Database),
            new(stack.Database.Database),
            stack.Database.Reader,
            new(stack.Database.Database),
            Options.Create(new FactOptions()),
            Options.Create(stack.Database.Options),
            TimeProvider.System
        ).RunAsync(Cancel);

    private static SpanRecord[] Answered(string question, string release, string sql, int secondsAgo = 0)
    {
        var root = Spans
            .Chat(start: Spans.Now() - secondsAgo * 1_000_000_000L)
            .With(span => span with { Kind = SpanKind.Workflow, Question = question, Release = release });
        var wrote = QualityStack.Generated(sql, traceId: root.Span.TraceId);
        return [root, wrote.With(span => span with { ParentSpanId = root.Span.SpanId, Question = null })];
    }
}
