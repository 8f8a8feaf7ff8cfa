using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Updates;
using LlmObs.IntegrationTests.Support;
using LlmObs.Storage.Writing;
using Microsoft.Extensions.Options;

namespace LlmObs.IntegrationTests.Storage;

public sealed class UpdatedSpanFolderTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private const string RefuseByName = """
        CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN IF NEW.name = 'refused' THEN RAISE EXCEPTION 'refused by the test'; END IF; RETURN NEW; END $$;
        CREATE OR REPLACE TRIGGER refused BEFORE INSERT ON spans FOR EACH ROW EXECUTE FUNCTION refuse()
        """;

    private readonly UpdatedSpans updates = new(database.Database, Options.Create(database.Options));
    private readonly UpdatedSpanFolder folder = new(database.Database, new(), database.Sampling, Options.Create(database.Options), database.Clock);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_span_that_cannot_be_made_holds_up_no_other(bool byPostgreSql)
    {
        var project = await database.NewProjectAsync();
        await database.ScalarAsync(RefuseByName);
        await MergeAsync(project, "first", "before", "broken", "then");

        var turn = await folder.FoldDueAsync(10, Map, Cancel);

        Assert.Equal(3, turn.Taken);
        var postponed = Assert.Single(turn.Postponed);
        Assert.Equal((project, "broken"), (postponed.Project, postponed.SpanId));
        Assert.Contains("refused", postponed.Reason.Message, StringComparison.Ordinal);
        Assert.Equal(["before", "then"], await SpanIdsAsync(project));
        Assert.Equal(0, (await folder.FoldDueAsync(10, Map, Cancel)).Taken);

        // More is said of it, and a release that can read it.
        await MergeAsync(project, "more", "broken");
        Assert.Equal((1, 0), await CountsAsync(folder.FoldDueAsync(10, Well, Cancel)));
        Assert.Equal(["before", "broken", "then"], await SpanIdsAsync(project));

        ValueTask<IReadOnlyList<SpanRecord>> Map(Project of, IReadOnlyList<UpdatedFields> fields) =>
            byPostgreSql || fields.All(one => one.SpanId != "broken")
                ? ValueTask.FromResult<IReadOnlyList<SpanRecord>>([.. fields.Select(one => Span(one, one.SpanId == "broken" ? "refused" : "sound"))])
                : throw new FormatException("It is refused.");
    }

    [Fact]
    public async Task An_outage_postpones_nothing()
    {
        var project = await database.NewProjectAsync();
        await MergeAsync(project, "a", "a");

        await Assert.ThrowsAsync<LlmObs.Storage.StorageUnavailableException>(() =>
            folder.FoldDueAsync(10, (_, _) => throw new LlmObs.Storage.StorageUnavailableException("away"), Cancel)
        );

        Assert.Equal((1, 0), await CountsAsync(folder.FoldDueAsync(10, Well, Cancel)));
        Assert.Equal(["a"], await SpanIdsAsync(project));
    }

    private static ValueTask<IReadOnlyList<SpanRecord>> Well(Project project, IReadOnlyList<UpdatedFields> fields) =>
        ValueTask.FromResult<IReadOnlyList<SpanRecord>>([.. fields.Select(one => Span(one, "sound"))]);

    private static SpanRecord Span(UpdatedFields fields, string name) =>
        Spans.Chat(fields.TraceId, fields.SpanId).With(span => span with { Name = name });

    private Task<int> MergeAsync(Project project, string said, params string[] spanIds) =>
        updates.MergeAsync(
            project,
            [
                .. spanIds.Select(id => new UpdatedFields(
                    "t",
                    id,
                    [new($"said.{said}", KeepsFirst: false, new(false, 1, said), new("1"))],
                    IsComplete: true
                )),
            ],
            Cancel
        );

    private async Task<IReadOnlyList<string>> SpanIdsAsync(Project project) =>
        [.. (await database.Reader.SpansAsync(project.Id, "t", Cancel)).Select(span => span.SpanId).Order(StringComparer.Ordinal)];

    private static async Task<(int Taken, int Postponed)> CountsAsync(Task<FoldTurn> turn) => ((await turn).Taken, (await turn).Postponed.Count);
}
