using System.ComponentModel.DataAnnotations;
using LlmObs.Domain.Quality;
using LlmObs.Storage.Access;
using LlmObs.Storage.Cases;
using LlmObs.Storage.Dify;
using LlmObs.Storage.Evaluators;
using LlmObs.Storage.Jobs;
using LlmObs.Storage.Labels;
using LlmObs.Storage.Prices;
using LlmObs.Storage.Quality;
using LlmObs.Storage.Reading;
using LlmObs.Storage.Reconciling;
using LlmObs.Storage.Redaction;
using LlmObs.Storage.Sampling;
using LlmObs.Storage.Schema;
using LlmObs.Storage.Views;
using LlmObs.Storage.Writing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LlmObs.Storage;

public static class StorageServices
{
    /// <summary>Registers every reader and writer over the NpgsqlDataSource that ServiceDefaults registered for the connection <c>llmobs</c>.</summary>
    /// <param name="ownsSchema">True in Ingest, which creates the database when it is missing and applies migrations; the others wait for the schema.</param>
    public static TBuilder AddLlmObsStorage<TBuilder>(this TBuilder builder, bool ownsSchema)
        where TBuilder : IHostApplicationBuilder
    {
        var services = builder.Services;
        services.AddOptions<StorageOptions>().BindConfiguration(StorageOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);

        services.AddSingleton(new SchemaOwnership(ownsSchema));
        services.AddSingleton<SchemaState>();
        services.AddSingleton<Migrator>();
        services.AddHostedService<SchemaStartup>();
        services.AddHealthChecks().AddCheck<SchemaHealthCheck>("schema");

        services.AddSingleton<Database>();
        services.AddSingleton<Partitions>();
        services.AddSingleton<SpanWriter>();
        services.AddSingleton<Outbox>();
        services.AddOptions<PriceOptions>().BindConfiguration(PriceOptions.Section).Validate(HasGoodPrices, PriceFault).ValidateOnStart();
        services.AddSingleton<ModelPrices>();
        services.AddSingleton<PriceBook>();
        services.AddSingleton<Repricings>();
        services.AddSingleton<Repricer>();
        services.AddSingleton<RedactionFinds>();
        services.AddOptions<RedactionOptions>().BindConfiguration(RedactionOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<RedactionOptions>, RedactionOptionsCheck>();
        services.AddSingleton<RedactionCounts>();
        services.AddSingleton<Redactor>();
        services.AddOptions<SamplingOptions>().BindConfiguration(SamplingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<TraceSampling>();
        services.AddSingleton<Coverage>();
        services.AddSingleton<RecordedSpans>();
        services.AddSingleton<SpanLedger>();
        services.AddSingleton<ParkedBatches>();
        services.AddSingleton<OutboxHistory>();
        services.AddSingleton<LateContentMerger>();
        services.AddSingleton<UpdatedSpans>();
        services.AddSingleton<UpdatedSpanFolder>();
        services.AddSingleton<ScoreWriter>();
        services.AddSingleton<ScoreReader>();
        services.AddSingleton<ScoredSpanReader>();
        services.AddOptions<SatisfactionWeights>().BindConfiguration(SatisfactionWeights.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<FactProgress>();
        services.AddSingleton<FactStore>();
        services.AddSingleton<QualityReader>();
        services.AddSingleton<StepReader>();
        services.AddSingleton<QualityHours>();
        services.AddSingleton<SharedQuestionReader>();
        services.AddSingleton<FailureReader>();
        services.AddSingleton<JudgedRequestReader>();
        services.AddSingleton<EvaluatorStore>();
        services.AddSingleton<EvaluatorScores>();
        services.AddSingleton<SubjectReader>();
        services.AddSingleton<EarlierQuestions>();
        services.AddSingleton<QualityJobs>();
        services.AddSingleton<JobTurns>();
        services.AddSingleton<QualityResources>();
        services.AddSingleton<JudgeLedger>();
        services.AddSingleton<MediaStore>();
        services.AddSingleton<LabelSets>();
        services.AddSingleton<LabelQueues>();
        services.AddSingleton<LabelReader>();
        services.AddSingleton<LabelDesk>();
        services.AddSingleton<DingTalkTables>();
        services.AddSingleton<CaseBook>();
        services.AddSingleton<CaseProgress>();
        services.AddSingleton<CaseReader>();
        services.AddSingleton<CaseClock>();
        services.AddSingleton<CaseRegressionReader>();
        services.AddSingleton<TraceReader>();
        services.AddSingleton<RequestReader>();
        services.AddSingleton<RequestRoots>();
        services.AddSingleton<ContentSearch>();
        services.AddSingleton<TraceJoins>();
        services.AddSingleton<SessionReader>();
        services.AddSingleton<UserReader>();
        services.AddSingleton<OpinionReader>();
        services.AddSingleton<SavedViews>();
        services.AddSingleton<StorageStatus>();
        services.AddSingleton<Projects>();
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<KeyRing>();
        services.AddOptions<RateLimitOptions>().BindConfiguration(RateLimitOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<RateLimits>();
        services.AddSingleton<LoginLinks>();
        services.AddSingleton<DifyProgress>();
        services.AddSingleton<ToldSpans>();

        if (ownsSchema)
        {
            services.AddDifyDatabase();
            services.AddSingleton<Retention>();
        }

        return builder;
    }

    private const string PriceFault =
        "Prices:Models: every entry needs a Pattern, a Currency of three capital letters, and amounts that are not negative.";

    // Data annotations do not reach into lists.
    private static bool HasGoodPrices(PriceOptions options) =>
        options.Models.All(price => Validator.TryValidateObject(price, new(price), null, validateAllProperties: true));
}
