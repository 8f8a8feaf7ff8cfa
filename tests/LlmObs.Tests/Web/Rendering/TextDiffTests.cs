using CsCheck;
using LlmObs.Web.Rendering.Diff;

namespace LlmObs.Tests.Web.Rendering;

public sealed class TextDiffTests
{
    [Fact]
    public void Compares_Chinese_by_character_and_Latin_by_word()
    {
        Assert.Equal(
            [
                new(DiffKind.Same, "只使用"),
                new(DiffKind.Removed, "下方"),
                new(DiffKind.Added, "上面列出的"),
                new(DiffKind.Same, "表。Use "),
                new(DiffKind.Removed, "gmv_amount"),
                new(DiffKind.Added, "pay_amount"),
                new(DiffKind.Same, "."),
            ],
            TextDiff.Of("只使用下方表。Use gmv_amount.", "只使用上面列出的表。Use pay_amount.")
        );
    }

    [Fact]
    public void Same_and_removed_are_the_first_text_same_and_added_the_second()
    {
        var text = Gen.OneOf("a", "bb", " ", "\n", "中", "文", "，", "😀", "x_1", ".").Array[0, 60].Select(string.Concat);
        Gen.Select(text, text)
            .Sample(
                (before, after) =>
                {
                    var pieces = TextDiff.Of(before, after);
                    return Without(pieces, DiffKind.Added) == before && Without(pieces, DiffKind.Removed) == after;
                }
            );
    }

    [Fact]
    public void Gives_up_on_texts_that_have_nothing_in_common()
    {
        var before = string.Concat(Enumerable.Range(0, 7_000).Select(i => $"a{i}\n"));
        var after = string.Concat(Enumerable.Range(0, 7_000).Select(i => $"b{i}\n"));

        var pieces = TextDiff.Of(before, after);

        Assert.Equal(before, Without(pieces, DiffKind.Added));
        Assert.Equal(after, Without(pieces, DiffKind.Removed));
    }

    [Fact]
    public void Draws_what_changed_and_folds_what_did_not()
    {
        var lines = string.Concat(Enumerable.Range(0, 30).Select(i => $"line {i}\n"));

        var dom = Rendered.Diff(lines + "temperature 0.1\n", lines + "temperature 0.7\n");

        Assert.Equal("0.1", string.Concat(dom.QuerySelectorAll("del").Select(gone => gone.TextContent)).TrimEnd('\n'));
        Assert.Equal("0.7", string.Concat(dom.QuerySelectorAll("ins").Select(come => come.TextContent)).TrimEnd('\n'));
        Assert.Equal("28 unchanged lines", dom.QuerySelector("details > summary")!.TextContent);
        Assert.Equal("Nothing changed.", Rendered.Diff(lines, lines).TextContent);
    }

    [Fact]
    public void Shows_hostile_text_as_text() =>
        Assert.Empty(Rendered.Diff("<img src=x>", "<script>x</script>\u202e").QuerySelectorAll("img, script"));

    private static string Without(IEnumerable<DiffPiece> pieces, DiffKind kind) =>
        string.Concat(pieces.Where(piece => piece.Kind != kind).Select(piece => piece.Text));
}
