using LlmObs.Domain;
using LlmObs.Domain.Dify;
using LlmObs.Domain.Scores;
using LlmObs.Storage.Dify;

namespace LlmObs.Ingest.Dify;

/// <summary>Thumbs and annotations → scores. Dify has at most one thumb a side and message, and one annotation a message.</summary>
internal static class DifyJudgements
{
    private static readonly string[] Sides = ["user", "admin"];

    public static Score Of(DifyFeedback feedback, DifyKnownMessage message) =>
        New(message, Id(message.Id, feedback.Side), $"{feedback.Side}_feedback", ScoreType.Boolean, feedback.UpdatedAt) with
        {
            Value = feedback.Rating == "like" ? 1 : 0,
            Comment = string.IsNullOrEmpty(feedback.Text) ? null : Cut(feedback.Text),
            Source = "feedback",
        };

    public static Score Of(DifyAnnotation annotation, DifyKnownMessage message) =>
        New(message, Id(message.Id, "annotation"), "annotation", ScoreType.Text, annotation.UpdatedAt) with
        {
            Label = Cut(annotation.Text),
            Source = "human",
        };

    /// <summary>Ids of all judgements a message may have: those that are not there any more were withdrawn.</summary>
    public static IEnumerable<string> IdsOf(DifyKnownMessage message) => Sides.Append("annotation").Select(side => Id(message.Id, side));

    private static string Cut(string text) => text.Length > ScoreRules.MaxComment ? text[..ScoreRules.MaxComment] : text;

    private static string Id(Guid messageId, string side) => $"dify-{side}-{messageId:N}";

    private static Score New(DifyKnownMessage message, string id, string name, ScoreType type, DateTimeOffset at) =>
        new(
            id,
            message.TraceId,
            DifyIds.Message(message.Id),
            null,
            null,
            name,
            type,
            null,
            null,
            null,
            "feedback",
            (at - DateTimeOffset.UnixEpoch).Ticks / 10,
            JsonText.Null
        );
}
