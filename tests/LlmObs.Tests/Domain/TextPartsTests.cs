using LlmObs.Domain.Spans;

namespace LlmObs.Tests.Domain;

public sealed class TextPartsTests
{
    [Fact]
    public void Words_are_counted_in_the_part_in_which_they_begin()
    {
        var line = new string('x', 1023) + "\n";
        var text = string.Concat(Enumerable.Repeat(line, 3 * TextParts.Chars / line.Length));
        var first = TextParts.Of(text, 1).End;
        var marked = "Needle " + text[7..(first - 7)] + "needle" + text[(first - 1)..^6] + "NEEDLE";

        Assert.Equal([(1, 2), (3, 1)], TextParts.Counts(marked, "needle"));
    }

    [Theory]
    [InlineData("", "a")]
    [InlineData("text", "")]
    [InlineData("text", "other")]
    public void Where_no_word_stands_nothing_is_counted(string text, string words) => Assert.Empty(TextParts.Counts(text, words));

    [Fact]
    public void Words_that_overlap_are_counted_one_after_another() => Assert.Equal([(1, 2)], TextParts.Counts("aaaaa", "aa"));
}
