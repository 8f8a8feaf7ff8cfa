using System.Text.Json;
using System.Text.Json.Serialization;
using LlmObs.Domain;
using LlmObs.Domain.Evaluators;
using LlmObs.Domain.Scores;
using LlmObs.Domain.Spans;
using LlmObs.Quality.Evaluation;

namespace LlmObs.Quality.Http;

/// <summary>What an evaluator by HTTP is sent. Texts are cut at <see cref="MostCharacters"/>.</summary>
internal sealed record HttpCall(
    string Evaluator,
    int Version,
    string Project,
    string TraceId,
    string SpanId,
    string Name,
    string Kind,
    string Status,
    double DurationMs,
    string? Service,
    string? Release,
    string? Model,
    string? UserId,
    string? SessionId,
    string? Question,
    string? Answer,
    string? Sql,
    string? Input,
    string? Output,
    IReadOnlyList<string> Sources
)
{
    public const int MostCharacters = 50_000;
    private const int MostSources = 20;

    public static HttpCall Of(Evaluator evaluator, Subject subject)
    {
        var span = subject.Span;
        return new(
            evaluator.Name,
            evaluator.Version,
            subject.Project.Name,
            span.TraceId,
            span.SpanId,
            span.Name,
            span.Kind.Word(),
            span.Status.Word(),
            span.DurationMs,
            span.Service,
            span.Release ?? span.Version,
            span.DisplayModel,
            span.UserId,
            span.SessionId,
            Cut(subject.Question),
            Cut(subject.Answer),
            Cut(subject.Sql),
            Cut(subject.Record.Content.Input),
            Cut(subject.Record.Content.Output),
            [.. subject.Sources.Take(MostSources).Select(Cut).OfType<string>()]
        );
    }

    private static string? Cut(string? text) => text is { Length: > MostCharacters } ? text[..MostCharacters] : text;
}

/// <summary>What an evaluator by HTTP answers: <c>{"scores":[{"name":"…","value":0.8,"label":"…","comment":"…"}]}</c>.</summary>
internal static class HttpAnswer
{
    private const int MostScores = 20;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip };

    /// <exception cref="EvaluationFailedException">It is not that, or a score has a fault; the message names the field.</exception>
    public static Judgement Read(byte[] body, Evaluator evaluator)
    {
        IReadOnlyList<Wire> scores;
        try
        {
            scores =
                JsonSerializer.Deserialize<Answer>(body, Json)?.Scores
                ?? throw new EvaluationFailedException("The evaluator's answer has no \"scores\".");
        }
        catch (JsonException exception)
        {
            throw new EvaluationFailedException($"The evaluator's answer is no JSON as documented: {exception.Message}", exception);
        }

        if (scores.Count > MostScores)
        {
            throw new EvaluationFailedException($"The evaluator's answer has {scores.Count} scores; the limit is {MostScores}.");
        }

        return scores.Count == 0
            ? Judgement.Skip("the evaluator has nothing to say")
            : new([.. scores.Select((score, index) => score.ToFinding(evaluator, index))]);
    }

    private sealed record Answer(IReadOnlyList<Wire>? Scores);

    private sealed record Wire(string? Name, JsonElement Value, string? Label, string? Comment)
    {
        public Finding ToFinding(Evaluator evaluator, int index)
        {
            var (type, value) = Value.ValueKind switch
            {
                JsonValueKind.True => (ScoreType.Boolean, (double?)1),
                JsonValueKind.False => (ScoreType.Boolean, 0),
                JsonValueKind.Number => (ScoreType.Numeric, Value.GetDouble()),
                JsonValueKind.Undefined or JsonValueKind.Null when Label is not null => (ScoreType.Categorical, null),
                _ => throw new EvaluationFailedException($"scores[{index}].value is a number, true or false; without one there is a label."),
            };
            var finding = new Finding(
                Name ?? "",
                type,
                value,
                Label,
                Comment,
                "code",
                new JsonText(JsonSerializer.Serialize(new { evaluator = evaluator.Name, version = evaluator.Version }, Json))
            );
            var fault = ScoreRules.Fault(finding.ToScore(evaluator.Name, evaluator.Version, "t", "s", DateTimeOffset.UnixEpoch));
            return fault is { } wrong ? throw new EvaluationFailedException($"scores[{index}].{wrong.Field} {wrong.Problem}") : finding;
        }
    }
}
