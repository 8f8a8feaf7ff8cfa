using LlmObs.Domain;
using LlmObs.Domain.Evaluators;
using LlmObs.Domain.Scores;
using LlmObs.Domain.Spans;
using LlmObs.IntegrationTests.Support;
using LlmObs.IntegrationTests.TraceLog;
using LlmObs.Quality;
using LlmObs.Quality.Evaluation;
using LlmObs.Quality.Jobs;
using LlmObs.Storage;
using LlmObs.Storage.Evaluators;
using LlmObs.Storage.Jobs;
using LlmObs.Storage.Reading;
using LlmObs.Storage.Schema;
using LlmObs.TraceLog;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LlmObs.IntegrationTests.Quality;

/// <summary>LlmObs.Quality as it is registered, over a real PostgreSQL, the emulator, a sandbox and a model; turns are given by hand.</summary>
public sealed class QualityStack(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly TestDatabase database = new(postgres);
    private readonly SandboxDatabase sandbox = new(postgres);
    private LocalSls sls = null!;
    private ServiceProvider services = null!;

    public TestDatabase Database => database;
    public SandboxDatabase Sandbox => sandbox;
    public LocalSls Sls => sls;
    public FakeModel Model { get; private set; } = null!;
    public EvaluatorStore Evaluators => services.GetRequiredService<EvaluatorStore>();
    public QualityJobs Jobs => services.GetRequiredService<QualityJobs>();
    public JobTurns Turns => services.GetRequiredService<JobTurns>();
    public JudgeLedger Ledger => services.GetRequiredService<JudgeLedger>();
    public EvaluatorScores Results => services.GetRequiredService<EvaluatorScores>();

    public async ValueTask InitializeAsync()
    {
        await database.InitializeAsync();
        await sandbox.InitializeAsync();
        sls = await LocalSls.StartAsync();
        await sls.Store.EnsureAsync(CancellationToken.None);
        Model = await FakeModel.StartAsync();
        services = Build(new Dictionary<string, string?>());
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await Model.DisposeAsync();
        await sls.DisposeAsync();
        await database.DisposeAsync();
        await sandbox.DisposeAsync();
    }

    /// <summary>The service with further settings.</summary>
    public ServiceProvider Build(IReadOnlyDictionary<string, string?> settings)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["ConnectionStrings:llmobs"] = database.ConnectionString,
                ["ConnectionStrings:sls"] = sls.ConnectionString,
                ["Quality:ArrivalDelaySeconds"] = "0",
                ["Quality:PollSeconds"] = "0.05",
                ["Quality:FirstRetrySeconds"] = "0.1",
                ["Quality:TurnSpans"] = "4",
                ["Quality:MaxAttempts"] = "2",
                ["Quality:Connections:shop:ConnectionString"] = sandbox.ReaderConnectionString,
                ["Quality:Connections:shop:SearchPath"] = "shop",
                ["Quality:Connections:away:ConnectionString"] = sandbox.ReaderConnectionString + ";Port=1",
                ["Quality:Connections:owner:ConnectionString"] = sandbox.AsOwner,
                ["Quality:Models:fake:Endpoint"] = Model.Endpoint.ToString(),
                ["Quality:Models:fake:Name"] = "fake",
                ["Quality:Models:near:Endpoint"] = Model.Endpoint.ToString(),
                ["Quality:Models:near:Name"] = "fake-near",
                ["Quality:Models:near:EmbeddingName"] = "fake-embedding",
                ["Quality:Models:poor:Endpoint"] = Model.Endpoint.ToString(),
                ["Quality:Models:poor:Name"] = "fake-poor",
                ["Quality:Models:poor:CallsPerDay"] = "1",
            }
        );
        builder.Configuration.AddInMemoryCollection(settings);
        builder.AddLlmObsDatabase();
        builder.AddLlmObsStorage(ownsSchema: false);
        builder.AddTraceLog();
        builder.AddEvaluation();
        var built = builder.Services.BuildServiceProvider();
        built.GetRequiredService<SchemaState>().Ready();
        return built;
    }

    /// <summary>Keeps spans and ships them, as Ingest would.</summary>
    public async Task RecordAsync(Project project, params IReadOnlyList<SpanRecord> spans)
    {
        await database.WriteAsync(project, spans);
        await sls.Store.WriteAsync(project.Name, Guid.NewGuid(), spans, TestContext.Current.CancellationToken);
        await database.ScalarAsync("DELETE FROM outbox");
    }

    public async Task<Evaluator> SaveAsync(Project project, string name, EvaluatorDefinition definition, bool onArrival = false)
    {
        await Evaluators.SaveAsync(project, name, definition, onArrival, "test", TestContext.Current.CancellationToken);
        return (await Evaluators.FindAsync(project.Id, name, TestContext.Current.CancellationToken))!;
    }

    /// <summary>Runs the evaluator over all that was recorded.</summary>
    public async Task<QualityJob> RunOverHistoryAsync(Evaluator evaluator, IServiceProvider? with = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        var id = await Jobs.AddHistoryAsync(evaluator, now.AddHours(-1), now.AddHours(1), "test", TestContext.Current.CancellationToken);
        return await RunAsync(evaluator.Project, id, with);
    }

    /// <summary>Gives turns until the job waits for more than a moment, or has ended.</summary>
    public async Task<QualityJob> RunAsync(Project project, long id, IServiceProvider? with = null)
    {
        var runner = (with ?? services).GetRequiredService<JobRunner>();
        for (var turn = 0; turn < 200; turn++)
        {
            await runner.RunOneAsync(TestContext.Current.CancellationToken);
            var job = (await Jobs.FindAsync(project.Id, id, TestContext.Current.CancellationToken))!;
            if (job.State != JobState.Open || job.DueAt > TimeProvider.System.GetUtcNow().AddSeconds(5))
            {
                return job;
            }

            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException("The job does not end.");
    }

    /// <summary>Claims one job, past those that other tests left due before it.</summary>
    public async Task<ClaimedJob> ClaimAsync(long id, TimeSpan lease)
    {
        var others = new List<ClaimedJob>();
        var claimed = await Turns.ClaimAsync(lease, TestContext.Current.CancellationToken);
        while (claimed is not null && claimed.Job.Id != id)
        {
            others.Add(claimed);
            claimed = await Turns.ClaimAsync(lease, TestContext.Current.CancellationToken);
        }

        foreach (var other in others)
        {
            await Turns.ReleaseAsync(other, TestContext.Current.CancellationToken);
        }

        return claimed ?? throw new InvalidOperationException($"Job {id} is not due.");
    }

    /// <summary>Gives turns until the scores of the project are as many.</summary>
    public async Task<IReadOnlyList<Score>> ScoresAsync(Project project, int count)
    {
        var runner = services.GetRequiredService<JobRunner>();
        for (var turn = 0; turn < 200; turn++)
        {
            await runner.RunOneAsync(TestContext.Current.CancellationToken);
            var scores = await ScoresAsync(project);
            if (scores.Count >= count)
            {
                return scores;
            }

            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException($"There are {(await ScoresAsync(project)).Count} scores, not {count}.");
    }

    public Task<IReadOnlyList<Score>> ScoresAsync(Project project) =>
        new ScoreReader(database.Database).PageAsync(
            project.Id,
            new(null, null, null, null, null, null),
            1000,
            TestContext.Current.CancellationToken
        );

    public static SpanRecord Generated(string sql, string? name = null, string? traceId = null) =>
        Spans.Chat(traceId).With(span => span with { Name = name ?? "generate", Question = "各门店成交额？" }) with
        {
            Content = new()
            {
                Messages =
                [
                    new("input", "user", [MessagePart.Text("各门店成交额？")]),
                    new("output", "assistant", [MessagePart.Text($"```sql\n{sql}\n```")]),
                ],
            },
        };

    public static EvaluatorDefinition Sql(string connection = "shop", string filter = "", double share = 1) =>
        new()
        {
            Kind = EvaluatorKind.Sql,
            Filter = filter,
            SampleShare = share,
            Sql = new(connection),
        };
}
