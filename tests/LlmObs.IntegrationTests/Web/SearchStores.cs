using LlmObs.Api;
using LlmObs.Domain;
using LlmObs.Domain.Scores;
using LlmObs.Domain.Spans;
using LlmObs.IntegrationTests.Support;
using LlmObs.IntegrationTests.TraceLog;
using LlmObs.Storage.Reading;
using LlmObs.Storage.Writing;
using LlmObs.TraceLog;
using LlmObs.Web.Search;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace LlmObs.IntegrationTests.Web;

/// <summary>PostgreSQL and an emulator of a test class's own, filled as Ingest fills them. Use it as <c>IClassFixture&lt;SearchStores&gt;</c>.</summary>
public sealed class SearchStores(PostgresFixture postgres) : IAsyncLifetime
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public TestDatabase Database { get; } = new(postgres);
    public LocalSls Sls { get; private set; } = null!;

    public RowReader Rows =>
        new(
            Sls.Search,
            new(Sls.Client),
            new(Sls.Client),
            new(Sls.Search, Database.Reader, new(Database.Database)),
            new(Database.Database),
            NullLogger<RowReader>.Instance
        );

    /// <param name="most">Traces and steps looked at for each score.</param>
    public ScoreLookup Lookup(int most = 1000) =>
        new(new ScoredSpanReader(Database.Database), Options.Create(new TraceLogOptions { ScoredSpans = most }));

    public async ValueTask InitializeAsync()
    {
        await Database.InitializeAsync();
        Sls = await LocalSls.StartAsync();
        await Sls.Store.EnsureAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        await Sls.DisposeAsync();
        await Database.DisposeAsync();
    }

    public async Task WriteAsync(Project project, params IReadOnlyList<SpanRecord> spans)
    {
        await Database.WriteAsync(project, spans);
        await Sls.Store.WriteAsync(project.Name, Guid.NewGuid(), spans, Token);
    }

    public Task JudgeAsync(Project project, params IReadOnlyList<Score> scores) =>
        new ScoreWriter(Database.Database, Database.Sampling).WriteAsync(project, scores, Token);
}
