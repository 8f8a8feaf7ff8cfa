using System.Globalization;
using System.Text.Json;
using LlmObs.Domain.Scores;

namespace LlmObs.Domain.Labels;

/// <summary>What one person said of one item.</summary>
/// <param name="Value">As <see cref="LabelSet.Read"/> gives it.</param>
/// <param name="IsFinal">The decision between readings that differ; an item has one at most.</param>
public sealed record Label(
    long ItemId,
    string Annotator,
    string Value,
    IReadOnlyList<string> Reasons,
    string? Note,
    bool IsFinal,
    DateTimeOffset GivenAt
)
{
    /// <summary>Source of scores that people gave by labelling.</summary>
    public const string Source = "human";

    /// <summary>The one of an item's labels that stands for it: the decision, else what was said last; null when nobody said anything.</summary>
    public static Label? Standing(IEnumerable<Label> labels) =>
        labels.OrderByDescending(label => label.IsFinal).ThenByDescending(label => label.GivenAt).FirstOrDefault();

    /// <summary>Of the score it becomes.</summary>
    public string ScoreId => $"label:{ItemId.ToString(CultureInfo.InvariantCulture)}:{(IsFinal ? "final" : $"by:{Annotator}")}";

    /// <summary>The label as a score of the trace or span: one for each item and person, replaced when that person changes their mind.</summary>
    public Score ToScore(LabelSet set, string queue, string traceId, string? spanId) =>
        new(
            ScoreId,
            traceId,
            spanId,
            null,
            null,
            set.Name,
            set.Kind switch
            {
                LabelKind.Scale => ScoreType.Numeric,
                LabelKind.Choice => ScoreType.Categorical,
                _ => ScoreType.Text,
            },
            set.Kind == LabelKind.Scale ? double.Parse(Value, CultureInfo.InvariantCulture) : null,
            set.Kind == LabelKind.Scale ? null : Value,
            Note,
            Source,
            (GivenAt - DateTimeOffset.UnixEpoch).Ticks / 10,
            new(JsonSerializer.Serialize(new LabelMetadata(Annotator, queue, Reasons, IsFinal), JsonSerializerOptions.Web))
        );
}

/// <summary>What a label's score carries as metadata.</summary>
/// <param name="IsFinal">True: it decides between people who differed, and counts before their own.</param>
public sealed record LabelMetadata(string Annotator, string Queue, IReadOnlyList<string> Reasons, bool IsFinal);
