using LlmObs.Quality.Evaluation;
using LlmObs.Storage.Evaluators;
using Microsoft.Extensions.Options;

namespace LlmObs.Quality.Judges;

/// <summary>The configured judges by name.</summary>
public sealed class JudgeModels(IOptions<QualityOptions> options, JudgeBudget budget, JudgeLedger ledger, IConfiguration configuration) : IDisposable
{
    private readonly Dictionary<string, JudgeModel> models = options.Value.Models.ToDictionary(
        pair => pair.Key,
        pair => new JudgeModel(pair.Value, Find(pair.Value.Endpoint!, configuration), budget, ledger),
        StringComparer.Ordinal
    );

    /// <exception cref="EvaluationPausedException">There is no model of that name: the job waits for an operator.</exception>
    public JudgeModel Get(string name) =>
        models.TryGetValue(name, out var model)
            ? model
            : throw new EvaluationPausedException($"There is no model '{name}': set Quality:Models:{name}.", TimeSpan.FromMinutes(1));

    /// <summary>The address with its host found in service discovery (<c>services:{host}:{scheme}:0</c>); as it is when the host is no service of this stack.</summary>
    private static Uri Find(Uri endpoint, IConfiguration configuration) =>
        configuration[$"services:{endpoint.Host}:{endpoint.Scheme}:0"] is { Length: > 0 } service
            ? new(new Uri(service), endpoint.PathAndQuery)
            : endpoint;

    public void Dispose()
    {
        foreach (var model in models.Values)
        {
            model.Dispose();
        }
    }
}
