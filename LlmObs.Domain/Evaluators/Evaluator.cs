namespace LlmObs.Domain.Evaluators;

/// <summary>An evaluator of a project in one of its versions.</summary>
/// <param name="Name">Lower-case letters, digits, and hyphens between them; part of the ids of its scores.</param>
/// <param name="OnArrival">Judges what arrives from now on.</param>
/// <param name="Version">Of <paramref name="Definition"/>, from 1.</param>
public sealed record Evaluator(
    int Id,
    Project Project,
    string Name,
    bool OnArrival,
    int Version,
    EvaluatorDefinition Definition,
    DateTimeOffset SavedAt,
    string SavedBy
);
