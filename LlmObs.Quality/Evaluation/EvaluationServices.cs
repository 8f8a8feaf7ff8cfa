using LlmObs.Quality.Http;
using LlmObs.Quality.Jobs;
using LlmObs.Quality.Judges;
using LlmObs.Quality.Sql;
using Microsoft.Extensions.Options;

namespace LlmObs.Quality.Evaluation;

public static class EvaluationServices
{
    /// <summary>Registers evaluators and the loop that gives their jobs turns. Needs Storage and TraceLog.</summary>
    public static TBuilder AddEvaluation<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        if (builder.Configuration.GetValue<bool>($"{QualityOptions.Section}:{nameof(QualityOptions.Demo)}"))
        {
            // Whatever else is set stands above the demo's.
            var own = new ConfigurationBuilder().AddJsonStream(typeof(EvaluationServices).Assembly.GetManifestResourceStream("demo.json")!).Build();
            builder.Configuration.Sources.Insert(0, new ChainedConfigurationSource { Configuration = own });
        }

        var services = builder.Services;
        services.AddOptions<QualityOptions>().BindConfiguration(QualityOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<QualityOptions>, QualityOptionsCheck>();
        services.AddSingleton<QualityMetrics>();
        services.AddSingleton<Sandboxes>();
        services.AddSingleton<JudgeBudget>();
        services.AddSingleton<JudgeModels>();
        services.AddHttpEvaluators();
        services.AddSingleton<IEvaluator, SqlEvaluator>();
        services.AddSingleton<IEvaluator, RuleEvaluator>();
        services.AddSingleton<IEvaluator, JudgeEvaluator>();
        services.AddSingleton<Judging>();
        services.AddSingleton<EvaluationTurn>();
        services.AddSingleton(provider => new JobPolicy(provider.GetRequiredService<IOptions<QualityOptions>>().Value));
        services.AddSingleton<JobRunner>();
        services.AddHostedService<JobLoop>();
        services.AddHostedService<Preparation>();
        return builder;
    }
}
