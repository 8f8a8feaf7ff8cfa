using System.Globalization;
using LlmObs.Domain.Labels;
using LlmObs.Storage.Labels;
using LlmObs.Web.Formatting;

namespace LlmObs.Web.Labels;

/// <summary>What is wrong with a cell.</summary>
public enum CellProblem
{
    /// <summary>The file has no such column.</summary>
    MissingColumn,

    /// <summary>The queue has no such item.</summary>
    UnknownItem,

    /// <summary>The label set has no such answer.</summary>
    UnknownLabel,

    /// <summary>The label set has no such reason.</summary>
    UnknownReason,

    /// <summary>Longer than it may be.</summary>
    TooLong,
}

/// <param name="Row">As a spreadsheet counts: the first line is 1.</param>
/// <param name="Text">What stands there, cut at 80 characters.</param>
public sealed record BadCell(int Row, string Column, CellProblem Problem, string Text);

/// <summary>What a file says: labels, or why it cannot be taken.</summary>
/// <param name="Labels">Only those that say something new.</param>
public sealed record LabelImport(IReadOnlyList<Label> Labels, IReadOnlyList<BadCell> Bad);

/// <summary>A queue as rows of text, one for each label and one for each item without any; and back.</summary>
public static class LabelFile
{
    public const int MaxRows = 20_000;
    private const int MostBad = 100;
    private const string Decision = "decision";

    private static readonly string[] Columns =
    [
        "item",
        "trace",
        "span",
        "question",
        "annotator",
        "label",
        "reasons",
        "note",
        Decision,
        "labelled_at",
    ];

    public static IReadOnlyList<IReadOnlyList<string>> Rows(IReadOnlyList<LabelItem> items, ILookup<long, Label> labels)
    {
        var rows = new List<IReadOnlyList<string>> { Columns };
        foreach (var item in items)
        {
            var given = labels[item.Id].Select(label => (Label?)label).DefaultIfEmpty();
            rows.AddRange(given.Select(label => Row(item, label)));
        }

        return rows;
    }

    /// <summary>Reads rows back. One bad cell and nothing is taken.</summary>
    /// <param name="person">Whose labels those are that name nobody.</param>
    public static LabelImport Read(
        IReadOnlyList<IReadOnlyList<string>> rows,
        LabelSet set,
        IReadOnlyCollection<LabelItem> items,
        ILookup<long, Label> known,
        string person
    )
    {
        var header = rows is [var first, ..] ? first.Select(name => name.Trim().ToLowerInvariant()).ToList() : [];
        var missing = ((string[])["item", "label"]).Where(column => !header.Contains(column)).ToList();
        if (missing.Count > 0)
        {
            return new([], [.. missing.Select(column => new BadCell(1, column, CellProblem.MissingColumn, ""))]);
        }

        var ids = items.Select(item => item.Id).ToHashSet();
        var labels = new List<Label>();
        var bad = new List<BadCell>();
        for (var i = 1; i < rows.Count && bad.Count < MostBad; i++)
        {
            var line = new Line(i + 1, header, rows[i]);
            if (line["label"].Length > 0 && Label(line, set, ids, person, bad) is { } label && !IsKnown(label, known))
            {
                labels.Add(label);
            }
        }

        return bad.Count > 0 ? new([], bad) : new(labels, []);
    }

    private static string[] Row(LabelItem item, Label? label) =>
        [
            item.Id.ToString(CultureInfo.InvariantCulture),
            item.TraceId,
            item.SpanId ?? "",
            item.Title,
            label?.Annotator ?? "",
            label?.Value ?? "",
            string.Join("; ", label?.Reasons ?? []),
            label?.Note ?? "",
            label is { IsFinal: true } ? "yes" : "",
            label?.GivenAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "",
        ];

    private static Label? Label(Line line, LabelSet set, HashSet<long> ids, string person, List<BadCell> bad)
    {
        var before = bad.Count;
        var isItem = long.TryParse(line["item"], NumberStyles.None, CultureInfo.InvariantCulture, out var item) && ids.Contains(item);
        Check(isItem, "item", CellProblem.UnknownItem);
        var value = set.Read(line["label"]);
        Check(value is not null, "label", CellProblem.UnknownLabel);
        var reasons = line["reasons"].Split([';', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Check(reasons.All(set.Reasons.Contains), "reasons", CellProblem.UnknownReason);
        Check(line["note"].Length <= LabelSet.MaxNote, "note", CellProblem.TooLong);
        var annotator = line["annotator"].Length == 0 ? person : Annotator.Read(line["annotator"]);
        Check(annotator is not null, "annotator", CellProblem.TooLong);
        return bad.Count > before
            ? null
            : new(item, annotator!, value!, reasons, line["note"] is { Length: > 0 } note ? note : null, line[Decision].Length > 0, default);

        void Check(bool isGood, string column, CellProblem problem)
        {
            if (!isGood)
            {
                var text = line[column];
                bad.Add(new(line.Number, column, problem, Excerpt.Of(text, 80)));
            }
        }
    }

    private static bool IsKnown(Label label, ILookup<long, Label> known) =>
        known[label.ItemId]
            .Any(other => other.IsFinal == label.IsFinal && other.Annotator == label.Annotator && LabelValues.Of(other) == LabelValues.Of(label));

    private sealed record Line(int Number, List<string> Header, IReadOnlyList<string> Cells)
    {
        public string this[string column] =>
            Header.IndexOf(column) is >= 0 and var place && place < Cells.Count ? Cells[place].ReplaceLineEndings("\n").Trim() : "";
    }
}
