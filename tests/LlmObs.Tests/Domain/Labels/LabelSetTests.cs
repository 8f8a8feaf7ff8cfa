using LlmObs.Domain.Labels;
using LlmObs.Domain.Scores;

namespace LlmObs.Tests.Domain.Labels;

public sealed class LabelSetTests
{
    private static readonly LabelSet Choices = new("correct", "Right?", LabelKind.Choice, [new("Yes"), new("No")], ["wrong table"], null);

    [Theory]
    [InlineData(LabelKind.Choice, " yes ", "Yes")]
    [InlineData(LabelKind.Choice, "maybe", null)]
    [InlineData(LabelKind.Scale, "5", "5")]
    [InlineData(LabelKind.Scale, "6", null)]
    [InlineData(LabelKind.Scale, "4.5", null)]
    [InlineData(LabelKind.Text, " a\r\nb ", "a\nb")]
    [InlineData(LabelKind.Text, "  ", null)]
    public void Reads_what_the_set_has_and_nothing_else(LabelKind kind, string typed, string? value) =>
        Assert.Equal(value, (Choices with { Kind = kind }).Read(typed));

    [Fact]
    public void A_set_that_cannot_be_kept_names_the_field()
    {
        Assert.Null(Choices.Fault());
        Assert.Equal("name", (Choices with { Name = " " }).Fault()?.Field);
        Assert.Equal("question", (Choices with { Question = new('x', LabelSet.MaxQuestion + 1) }).Fault()?.Field);
        Assert.Equal("choices", (Choices with { Choices = [new("Yes")] }).Fault()?.Field);
        Assert.Equal("choices", (Choices with { Choices = [new("Yes"), new("yes")] }).Fault()?.Field);
        Assert.Equal("choices", (Choices with { Choices = [.. Enumerable.Range(0, 11).Select(i => new LabelChoice($"c{i}"))] }).Fault()?.Field);
        Assert.Equal("reasons", (Choices with { Reasons = [new('x', LabelSet.MaxChoice + 1)] }).Fault()?.Field);
    }

    [Fact]
    public void A_label_is_a_score_of_its_trace_with_one_id_for_each_item_and_person()
    {
        var label = new Label(7, "ann", "No", ["wrong table"], "note", false, DateTimeOffset.UnixEpoch.AddSeconds(1));
        var score = label.ToScore(Choices, "september", "t1", "s1");

        Assert.Equal(
            ("label:7:by:ann", "t1", "s1", "correct", ScoreType.Categorical, "No", "note", "human", 1_000_000L),
            (score.Id, score.TraceId, score.SpanId, score.Name, score.Type, score.Label, score.Comment, score.Source, score.UnixMicros)
        );
        Assert.Equal("""{"annotator":"ann","queue":"september","reasons":["wrong table"],"isFinal":false}""", score.Metadata.Text);
        Assert.Null(ScoreRules.Fault(score));
        Assert.Equal("label:7:final", (label with { IsFinal = true }).ToScore(Choices, "q", "t1", null).Id);
        Assert.Equal(4, (label with { Value = "4" }).ToScore(Choices with { Kind = LabelKind.Scale }, "q", "t1", null).Value);
    }

    [Theory]
    [InlineData("  Lin   Yue ", "Lin Yue")]
    [InlineData("e\u0301va", "\u00e9va")]
    [InlineData("\u0007", null)]
    [InlineData(null, null)]
    public void A_name_has_one_spelling(string? typed, string? name) => Assert.Equal(name, Annotator.Read(typed));

    [Theory]
    [InlineData("net amount is 12", true)]
    [InlineData("**net amount** is `12`", true)]
    [InlineData("gross", false)]
    [InlineData("…", false)]
    public void A_passage_stands_in_the_answer_whatever_its_markup(string passage, bool stands) =>
        Assert.Equal(stands, Passage.StandsIn("The **net amount** is\n`12`.", passage));
}
