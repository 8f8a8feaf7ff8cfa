using System.Globalization;
using CsCheck;
using LlmObs.Domain.Labels;
using LlmObs.Storage.Labels;
using LlmObs.Web.Formatting;
using LlmObs.Web.Labels;

namespace LlmObs.Tests.Web.Labels;

public sealed class LabelFileTests
{
    private static readonly LabelSet Correct = new("correct", "Right?", LabelKind.Choice, [new("yes"), new("no")], ["table", "join"], null);
    private static readonly LabelItem[] Items =
    [
        Item(1, "多少订单？"),
        Item(2, "=HYPERLINK(\"http://evil\")"),
        Item(3, "line\nbreak, and \"quotes\""),
    ];
    private static readonly Label[] Given =
    [
        new(1, "ann", "yes", [], null, false, DateTimeOffset.UnixEpoch),
        new(1, "bo", "no", ["join", "table"], "- see ticket", false, DateTimeOffset.UnixEpoch),
        new(1, "cy", "no", [], "decided", true, DateTimeOffset.UnixEpoch),
    ];

    [Theory]
    [InlineData(SheetFormat.Csv)]
    [InlineData(SheetFormat.Xlsx)]
    public void A_file_comes_back_as_it_went_and_says_nothing_new(SheetFormat format)
    {
        var rows = LabelFile.Rows(Items, Given.ToLookup(label => label.ItemId));
        Assert.Equal(6, rows.Count);
        var read = Read(format, SheetFile.Write(format, rows));

        Assert.Equal(rows, read);
        var import = LabelFile.Read(read, Correct, Items, Given.ToLookup(label => label.ItemId), "me");
        Assert.Empty(import.Bad);
        Assert.Empty(import.Labels);

        // Into a queue that has none of them all come.
        var fresh = LabelFile.Read(read, Correct, Items, Array.Empty<Label>().ToLookup(label => label.ItemId), "me");
        Assert.Equal(
            ["ann yes False", "bo no False", "cy no True"],
            fresh.Labels.Select(label => $"{label.Annotator} {label.Value} {label.IsFinal}")
        );
        Assert.Equal(("join|table", "- see ticket"), (string.Join('|', fresh.Labels[1].Reasons), fresh.Labels[1].Note));
    }

    [Fact]
    public void What_a_spreadsheet_would_take_for_a_formula_is_kept_from_being_one()
    {
        var csv = System.Text.Encoding.UTF8.GetString(
            SheetFile.Write(
                SheetFormat.Csv,
                [
                    ["=1+1", "+x", "-0.5", "@x", "\tx", "'x", "x=1"],
                ]
            )
        );

        Assert.Equal("\uFEFF'=1+1,'+x,-0.5,'@x,'\tx,''x,x=1", csv.TrimEnd());
    }

    [Fact]
    public void Whatever_is_guarded_comes_back() =>
        Gen.String.Sample(text =>
        {
            Assert.Equal(text, FormulaGuard.Restore(FormulaGuard.Neutral(text)));
            Assert.False(
                FormulaGuard.Neutral(text) is ['=' or '+' or '-' or '@' or '\t' or '\r', ..]
                    && !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
            );
        });

    [Fact]
    public void Bad_cells_are_named_by_row_and_column_and_nothing_is_taken()
    {
        IReadOnlyList<string>[] rows =
        [
            ["Item", "label", "reasons", "note"],
            ["1", "yes", "", ""],
            ["9", "yes", "", ""],
            ["2", "maybe", "color", ""],
            ["3", "", "", ""],
            ["3", "no", "", new('x', LabelSet.MaxNote + 1)],
        ];
        var import = LabelFile.Read(rows, Correct, Items, Given.ToLookup(label => label.ItemId), "me");

        Assert.Empty(import.Labels);
        Assert.Equal(
            [
                (3, "item", CellProblem.UnknownItem),
                (4, "label", CellProblem.UnknownLabel),
                (4, "reasons", CellProblem.UnknownReason),
                (6, "note", CellProblem.TooLong),
            ],
            import.Bad.Select(cell => (cell.Row, cell.Column, cell.Problem))
        );
    }

    [Fact]
    public void A_file_without_its_columns_or_of_another_format_is_told_so()
    {
        var import = LabelFile.Read(
            [
                ["a", "label"],
            ],
            Correct,
            Items,
            Given.ToLookup(label => label.ItemId),
            "me"
        );
        Assert.Equal((1, "item", CellProblem.MissingColumn), import.Bad.Select(cell => (cell.Row, cell.Column, cell.Problem)).Single());
        Assert.Null(SheetFile.Read(SheetFormat.Xlsx, new MemoryStream("item,label"u8.ToArray()), 10));
    }

    private static IReadOnlyList<IReadOnlyList<string>> Read(SheetFormat format, byte[] file) =>
        SheetFile.Read(format, new MemoryStream(file), LabelFile.MaxRows)!;

    private static LabelItem Item(long id, string title) => new(id, 7, (int)id, $"t{id}", null, title, "open", null, null, null);
}
