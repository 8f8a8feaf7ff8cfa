using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Storage;
using LlmObs.Storage.Access;
using LlmObs.Storage.Prices;
using LlmObs.Storage.Reading;
using LlmObs.Storage.Sampling;
using LlmObs.Storage.Schema;
using LlmObs.Storage.Writing;
using Microsoft.Extensions.Options;
using Npgsql;

namespace LlmObs.IntegrationTests.Support;

/// <summary>A migrated database of a test class's own, and the storage over it. Use it as <c>IClassFixture&lt;TestDatabase&gt;</c>.</summary>
public sealed class TestDatabase(PostgresFixture postgres) : IAsyncLifetime
{
    private int projects;

    public string ConnectionString { get; private set; } = "";
    public NpgsqlDataSource DataSource { get; private set; } = null!;
    public StorageOptions Options { get; } = new();
    public TestClock Clock { get; } = new();
    public Database Database { get; private set; } = null!;

    public SpanWriter Writer => NewWriter();
    public Outbox Outbox => new(Database);
    public LateContentMerger Merger => new(Database, PriceBook, AsOptions);
    public SamplingOptions SamplingOptions { get; } = new();
    public TraceSampling Sampling => new(Database, Microsoft.Extensions.Options.Options.Create(SamplingOptions), AsOptions);
    public ModelPrices ModelPrices => new(Database);
    public PriceBook PriceBook => new(ModelPrices, Microsoft.Extensions.Options.Options.Create(new PriceOptions()), Clock);
    public Repricings Repricings => new(Database);
    public TraceReader Reader => new(Database);
    public TraceJoins Joins => new(Database);
    public RequestReader Requests => new(Database);
    public StorageStatus Status => new(Database);
    public ApiKeys ApiKeys => new(Database, Clock, AsOptions);
    public KeyRing KeyRing => new(Database, ApiKeys);
    public Projects Projects => new(Database, Clock, AsOptions);
    public LoginLinks LoginLinks => new(Database);
    public Retention Retention => new(Database, new(), AsOptions, Clock);

    private IOptions<StorageOptions> AsOptions => Microsoft.Extensions.Options.Options.Create(Options);

    public async ValueTask InitializeAsync()
    {
        ConnectionString = await postgres.CreateDatabaseAsync();
        DataSource = NpgsqlDataSource.Create(ConnectionString);
        var schema = new SchemaState();
        schema.Ready();
        Database = new(DataSource, schema);
    }

    public async ValueTask DisposeAsync() => await DataSource.DisposeAsync();

    /// <summary>A writer that knows no partition yet, as another replica would be.</summary>
    public SpanWriter NewWriter(Partitions? partitions = null) => new(Database, partitions ?? new(), Sampling, AsOptions, Clock);

    /// <summary>A project no other test writes to.</summary>
    public async Task<Project> NewProjectAsync()
    {
        var name = $"p{Interlocked.Increment(ref projects)}";
        return new((int)(await ScalarAsync($"INSERT INTO projects (name) VALUES ('{name}') RETURNING id"))!, name);
    }

    public async Task<SpanWriteResult> WriteAsync(Project project, params IReadOnlyList<SpanRecord> spans) =>
        await Writer.WriteAsync(new(project, spans), TestContext.Current.CancellationToken);

    public async Task<object?> ScalarAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}

/// <summary>The system's clock, until it is set forward.</summary>
public sealed class TestClock : TimeProvider
{
    private TimeSpan ahead;

    public void Advance(TimeSpan by) => ahead += by;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + ahead;

    public override long GetTimestamp() => System.GetTimestamp() + (long)(ahead.TotalSeconds * TimestampFrequency);
}
