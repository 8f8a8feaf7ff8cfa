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

        services.AddSchema(ownsSchema);
        services.AddWriting();
        services.AddReading();
        services.AddPrices();
        services.AddRedaction();
        services.AddSampling();
        services.AddLedger();
        services.AddQuality();
        services.AddLabelsAndCases();
        services.AddAccess();
        services.AddSingleton<DifyProgress>();
        services.AddSingleton<ToldSpans>();
        if (ownsSchema)
        {
            services.AddDifyDatabase();
            services.AddSingleton<Retention>();
        }

        return builder;
    }

    private static void AddSchema(this IServiceCollection services, bool ownsSchema)
    {
        services.AddSingleton(new SchemaOwnership(ownsSchema));
        services.AddSingleton<SchemaState>();
        services.AddSingleton<Migrator>();
        services.AddHostedService<SchemaStartup>();
        services.AddHealthChecks().AddCheck<SchemaHealthCheck>("schema");
        services.AddSingleton<Database>();
    }

    private static void AddWriting(this IServiceCollection services)
    {
        services.AddSingleton<Partitions>();
        services.AddSingleton<SpanWriter>();
        services.AddSingleton<Outbox>();
        services.AddSingleton<LateContentMerger>();
        services.AddSingleton<UpdatedSpans>();
        services.AddSingleton<UpdatedSpanFolder>();
        services.AddSingleton<TraceJoins>();
        services.AddSingleton<ScoreWriter>();
        services.AddSingleton<MediaStore>();
    }

    private static void AddReading(this IServiceCollection services)
    {
        services.AddSingleton<TraceReader>();
        services.AddSingleton<RequestReader>();
        services.AddSingleton<RequestRoots>();
        services.AddSingleton<ContentSearch>();
        services.AddSingleton<SessionReader>();
        services.AddSingleton<UserReader>();
        services.AddSingleton<OpinionReader>();
        services.AddSingleton<ScoreReader>();
        services.AddSingleton<ScoredSpanReader>();
        services.AddSingleton<StorageStatus>();
        services.AddSingleton<SavedViews>();
    }

    private static void AddPrices(this IServiceCollection services)
    {
        services.AddOptions<PriceOptions>().BindConfiguration(PriceOptions.Section).Validate(HasGoodPrices, PriceFault).ValidateOnStart();
        services.AddSingleton<ModelPrices>();
        services.AddSingleton<PriceBook>();
        services.AddSingleton<Repricings>();
        services.AddSingleton<Repricer>();
    }

    private static void AddRedaction(this IServiceCollection services)
    {
        services.AddOptions<RedactionOptions>().BindConfiguration(RedactionOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<RedactionOptions>, RedactionOptionsCheck>();
        services.AddSingleton<RedactionFinds>();
        services.AddSingleton<RedactionCounts>();
        services.AddSingleton<Redactor>();
    }

    private static void AddSampling(this IServiceCollection services)
    {
        services.AddOptions<SamplingOptions>().BindConfiguration(SamplingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<TraceSampling>();
        services.AddSingleton<Coverage>();
    }

    private static void AddLedger(this IServiceCollection services)
    {
        services.AddSingleton<RecordedSpans>();
        services.AddSingleton<SpanLedger>();
        services.AddSingleton<ParkedBatches>();
        services.AddSingleton<OutboxHistory>();
    }

    private static void AddQuality(this IServiceCollection services)
    {
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
    }

    private static void AddLabelsAndCases(this IServiceCollection services)
    {
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
    }

    private static void AddAccess(this IServiceCollection services)
    {
        services.AddOptions<RateLimitOptions>().BindConfiguration(RateLimitOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<Projects>();
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<KeyRing>();
        services.AddSingleton<RateLimits>();
        services.AddSingleton<LoginLinks>();
    }

    private const string PriceFault =
        "Prices:Models: every entry needs a Pattern, a Currency of three capital letters, and amounts that are not negative.";

    // Data annotations do not reach into lists.
    private static bool HasGoodPrices(PriceOptions options) =>
        options.Models.All(price => Validator.TryValidateObject(price, new(price), null, validateAllProperties: true));
}
