using System.Globalization;
using LlmObs.Domain.Labels;
using LlmObs.Storage.Labels;

namespace LlmObs.Quality.DingTalk;

/// <summary>The columns of a queue's table. Label, reasons and note go both ways; the others are ours to write.</summary>
/// <param name="webUrl">Where rows link to; null for tables without links.</param>
public sealed class QueueColumns(LabelQueue queue, string? webUrl)
{
    public const string Item = "item";
    private const string Question = "question";
    private const string Link = "link";
    private const string Sql = "sql";
    private const string Answer = "answer";
    private const string Label = "label";
    private const string Reasons = "reasons";
    private const string Note = "note";
    private const string By = "by";
    private const string State = "state";

    /// <summary>Each column under the name it is made with; people may rename it.</summary>
    public IReadOnlyDictionary<string, NewField> All { get; } = Columns(queue.Set, webUrl is not null);

    /// <summary>The row of an item, as it is written.</summary>
    /// <param name="names">Our column → its present name; columns that are gone are not in it.</param>
    /// <param name="content">Of a row that is made; null leaves it as it is.</param>
    public IReadOnlyDictionary<string, object?> Row(
        LabelItem item,
        Label? label,
        IReadOnlyDictionary<string, string> names,
        RowContent? content = null
    )
    {
        var values = LabelValues.Of(label);
        var row = new Dictionary<string, object?>(StringComparer.Ordinal);
        Put(Item, ItemText(item.Id));
        Put(Question, item.Title);
        Put(Link, webUrl is null ? null : new { text = "LlmObs", link = Address(item) });
        Put(Label, values.Value);
        Put(Reasons, values.ReasonList);
        Put(Note, values.Note);
        Put(By, label?.Annotator);
        Put(State, item.State);
        if (content is not null)
        {
            Put(Sql, content.Sql);
            Put(Answer, content.Answer);
        }

        return row;

        void Put(string column, object? value)
        {
            if (names.TryGetValue(column, out var name))
            {
                row[name] = value;
            }
        }
    }

    /// <summary>Whether what only we write reads differently in the table.</summary>
    public static bool IsBehind(TableRecord record, LabelItem item, Label? label, IReadOnlyDictionary<string, string> names) =>
        Differs(record, names, Question, item.Title.Trim())
        || Differs(record, names, By, label?.Annotator)
        || Differs(record, names, State, item.State)
        || Differs(record, names, Item, ItemText(item.Id));

    private static bool Differs(TableRecord record, IReadOnlyDictionary<string, string> names, string column, string? value) =>
        names.TryGetValue(column, out var name) && (record.Fields.TryGetValue(name, out var field) ? TableValue.Text(field)?.Trim() : null) != value;

    /// <summary>What the table says. A column that is gone says what both sides had.</summary>
    public static LabelValues Theirs(TableRecord record, IReadOnlyDictionary<string, string> names, LabelValues agreed) =>
        LabelValues.Of(
            names.ContainsKey(Label) ? Read(record, names, Label) : agreed.Value,
            names.TryGetValue(Reasons, out var name)
                ? record.Fields.TryGetValue(name, out var reasons)
                    ? TableValue.Texts(reasons)
                    : []
                : agreed.ReasonList,
            names.ContainsKey(Note) ? Read(record, names, Note) : agreed.Note
        );

    /// <summary>The item a row says it is; null when it says none.</summary>
    public static long? ItemOf(TableRecord record, IReadOnlyDictionary<string, string> names) =>
        Read(record, names, Item) is ['#', .. var number] && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : null;

    private static string? Read(TableRecord record, IReadOnlyDictionary<string, string> names, string column) =>
        names.TryGetValue(column, out var name) && record.Fields.TryGetValue(name, out var field) ? TableValue.Text(field) : null;

    private static string ItemText(long id) => string.Create(CultureInfo.InvariantCulture, $"#{id}");

    private string Address(LabelItem item) =>
        string.Create(CultureInfo.InvariantCulture, $"{webUrl!.TrimEnd('/')}/labels/queues/{item.QueueId}/items/{item.Id}");

    private static Dictionary<string, NewField> Columns(LabelSet set, bool hasLinks)
    {
        var columns = new Dictionary<string, NewField>(StringComparer.Ordinal)
        {
            [Item] = new("Item", "text"),
            [Question] = new("Question", "text"),
            [Sql] = new("SQL", "text"),
            [Answer] = new("Answer", "text"),
            [Label] = set.Values.Count > 0 ? new("Label", "singleSelect", Options(set.Values)) : new("Label", "text"),
            [Note] = new("Note", "text"),
            [By] = new("Labelled by", "text"),
            [State] = new("State", "text"),
        };
        if (set.Reasons.Count > 0)
        {
            columns[Reasons] = new("Reasons", "multipleSelect", Options(set.Reasons));
        }

        if (hasLinks)
        {
            columns[Link] = new("Link", "url");
        }

        return columns;
    }

    private static object Options(IReadOnlyList<string> names) => new { choices = names.Select(name => new { name }) };
}
