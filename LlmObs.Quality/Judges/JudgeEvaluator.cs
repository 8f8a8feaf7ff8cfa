using System.Text.Encodings.Web;
using System.Text.Json;
using LlmObs.Domain;
using LlmObs.Domain.Evaluators;
using LlmObs.Domain.Quality;
using LlmObs.Domain.Scores;
using LlmObs.Quality.Evaluation;
using LlmObs.Storage.Evaluators;

namespace LlmObs.Quality.Judges;

/// <summary>Asks a model what it thinks of an answer.</summary>
public sealed class JudgeEvaluator(JudgeModels models, EarlierQuestions sessions) : IEvaluator
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public EvaluatorKind Kind => EvaluatorKind.Judge;

    public async Task<Judgement> JudgeAsync(Evaluator evaluator, Subject subject, CancellationToken cancellationToken)
    {
        var settings = evaluator.Definition.Judge!;
        var model = models.Get(settings.Model);
        if (Lack(settings.Measure, subject) is { } lack)
        {
            return Judgement.Skip(lack);
        }

        return settings.Measure switch
        {
            JudgeMeasure.Reverse => new([await ReverseAsync(evaluator, model, subject, cancellationToken)]),
            JudgeMeasure.Relevance => await AskAsync(ScoreNames.AnswerRelevance, JudgePrompts.Relevance, JudgePrompts.QuestionAndAnswer(subject)),
            JudgeMeasure.Faithfulness => await AskAsync(ScoreNames.Faithfulness, JudgePrompts.Faithfulness, JudgePrompts.WithContext(subject)),
            _ => await AskAsync(settings.ScoreName, "You are a careful judge.", JudgePrompts.Own(settings.Prompt, subject)),
        };

        async Task<Judgement> AskAsync(string scoreName, string instructions, string text)
        {
            // A prompt of one's own takes the place of the measure's.
            var isOwn = settings.Prompt.Length > 0 && settings.Measure != JudgeMeasure.Own;
            var reply = await model.AskAsync(
                scoreName,
                isOwn ? "You are a careful judge." : instructions,
                isOwn ? JudgePrompts.Own(settings.Prompt, subject) : text,
                subject,
                cancellationToken
            );
            var (score, reason) = JudgeReply.Score(reply.Reply);
            return new([Judged(evaluator, scoreName, score, reason, new { judge_trace = reply.TraceId })]);
        }
    }

    /// <summary>From SQL and answer back to a question, and how near that is to the one asked.</summary>
    private async Task<Finding> ReverseAsync(Evaluator evaluator, JudgeModel model, Subject subject, CancellationToken cancellationToken)
    {
        var instructions = evaluator.Definition.Judge!.Prompt is { Length: > 0 } own ? own : JudgePrompts.BackToQuestion;
        var earlier = await sessions.ReadAsync(subject.Project.Id, subject.Span, cancellationToken);
        var back = await model.AskAsync("back_to_question", instructions, JudgePrompts.SqlAndAnswer(subject), subject, cancellationToken);
        var question = JudgeReply.Text(back.Reply, "question");
        // A follow-up such as "and in Shanghai?" is near its whole only to one who knows what was asked before: a judge, and no embedding.
        if (model.HasEmbeddings && earlier.Count == 0)
        {
            var similarity = await model.SimilarityAsync(question, subject.Question!, subject, cancellationToken);
            return Judged(
                evaluator,
                ScoreNames.ReverseSimilarity,
                similarity,
                question,
                new
                {
                    method = "embeddings",
                    question_back = question,
                    judge_trace = back.TraceId,
                }
            );
        }

        var compared = await model.AskAsync(
            "same_question",
            JudgePrompts.SameQuestion,
            JudgePrompts.Compared(question, subject.Question!, earlier),
            subject,
            cancellationToken
        );
        var (score, reason) = JudgeReply.Score(compared.Reply);
        return Judged(
            evaluator,
            ScoreNames.ReverseSimilarity,
            score,
            $"{question} {reason}".Trim(),
            new
            {
                method = "judge",
                question_back = question,
                judge_trace = compared.TraceId,
            }
        );
    }

    private static string? Lack(JudgeMeasure measure, Subject subject) =>
        subject.Answer is null ? "no answer"
        : subject.Question is null ? "no question"
        : measure == JudgeMeasure.Reverse && subject.Sql is null ? "no SQL"
        : measure == JudgeMeasure.Faithfulness && subject.Sources.Count == 0 ? "no sources"
        : null;

    private static Finding Judged(Evaluator evaluator, string name, double score, string? reason, object details)
    {
        var metadata = JsonSerializer.SerializeToNode(details, Json)!.AsObject();
        metadata["model"] = evaluator.Definition.Judge!.Model;
        metadata["prompt_version"] = evaluator.Definition.Judge.Prompt.Length > 0 ? $"own, version {evaluator.Version}" : JudgePrompts.Version;
        metadata["evaluator"] = evaluator.Name;
        metadata["version"] = evaluator.Version;
        return new(name, ScoreType.Numeric, score, null, reason, "llm", new JsonText(metadata.ToJsonString(Json)));
    }
}
