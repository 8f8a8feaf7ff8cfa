using LlmObs.Domain.Labels;
using LlmObs.Storage.Labels;
using Microsoft.Extensions.Options;

namespace LlmObs.Quality.DingTalk;

/// <summary>One exchange between a queue and its table: rows are made, what people wrote there comes back, what was labelled here is written there.</summary>
/// <remarks>
/// Each row is compared with what both sides had when they last met. Where only one side changed it, the other follows; where both did, nothing is
/// overwritten and people decide. Columns are known by the id of their field, rows by their record. An exchange that breaks off is taken up by the next:
/// inserts carry a token that was kept before they were sent, and a row that says which item it is is recognised.
/// </remarks>
public sealed class TableExchange(
    DingTalkClient client,
    DingTalkTables tables,
    LabelQueues queues,
    LabelReader reader,
    LabelDesk desk,
    RowContentReader contents,
    IOptions<DingTalkOptions> options,
    TimeProvider time
)
{
    /// <exception cref="DingTalkException">The service refused.</exception>
    public async Task RunAsync(DingTalkTable table, CancellationToken cancellationToken)
    {
        if (await queues.FindAsync(table.Project.Id, table.QueueId, cancellationToken) is not { } queue)
        {
            return;
        }

        var columns = new QueueColumns(queue, options.Value.WebUrl);
        var (sheetId, names) = await PrepareAsync(table, columns, cancellationToken);
        var records = (await client.RecordsAsync(table.BaseId, sheetId, cancellationToken)).ToDictionary(record => record.Id, StringComparer.Ordinal);
        var items = await reader.ItemsAsync(table.Project.Id, table.QueueId, null, 0, int.MaxValue, time.GetUtcNow(), cancellationToken);
        var rows = await AdoptAsync(table, items, records.Values, names, cancellationToken);
        var labels = (await reader.LabelsAsync(table.Project.Id, table.QueueId, null, cancellationToken)).ToLookup(label => label.ItemId);

        var writes = new List<(DingTalkRow Row, RecordWrite Write)>();
        foreach (var item in items)
        {
            if (rows.GetValueOrDefault(item.Id) is not { RecordId: { } recordId, IsRemoved: false } row)
            {
                continue;
            }

            var write = records.TryGetValue(recordId, out var record)
                ? await MeetAsync(table, queue, columns, names, item, [.. labels[item.Id]], row, record, cancellationToken)
                : await GoneAsync(table, row, cancellationToken);
            if (write is { } due)
            {
                writes.Add(due);
            }
        }

        await WriteAsync(table, sheetId, writes, cancellationToken);
        await InsertAsync(table, sheetId, columns, names, items, labels, rows.Keys, cancellationToken);
    }

    /// <summary>Finds the sheet and its columns, and makes what never was there. A column that people removed stays away.</summary>
    private async Task<(string SheetId, IReadOnlyDictionary<string, string> Names)> PrepareAsync(
        DingTalkTable table,
        QueueColumns columns,
        CancellationToken cancellationToken
    )
    {
        var sheets = await client.SheetsAsync(table.BaseId, cancellationToken);
        var sheet =
            sheets.FirstOrDefault(sheet => sheet.Id == (table.SheetId ?? table.Sheet))
            ?? (table.SheetId is null ? sheets.FirstOrDefault(sheet => sheet.Name == table.Sheet) : null);
        if (sheet is null && table.SheetId is not null)
        {
            throw new DingTalkException("SheetRemoved", "The sheet is no longer in the table. Unbind the queue and bind it again.");
        }

        sheet ??= await client.CreateSheetAsync(table.BaseId, table.Sheet, [.. columns.All.Values], cancellationToken);
        var fields = await client.FieldsAsync(table.BaseId, sheet.Id, cancellationToken);
        var known = new Dictionary<string, string>(table.Fields, StringComparer.Ordinal);
        foreach (var (column, wanted) in columns.All.Where(column => !known.ContainsKey(column.Key)))
        {
            known[column] =
                fields.FirstOrDefault(field => field.Name == wanted.Name)?.Id
                ?? await client.CreateFieldAsync(table.BaseId, sheet.Id, wanted, cancellationToken);
        }

        fields = await client.FieldsAsync(table.BaseId, sheet.Id, cancellationToken);
        var names = (from column in known join field in fields on column.Value equals field.Id select (column.Key, field.Name)).ToDictionary(
            column => column.Key,
            column => column.Name,
            StringComparer.Ordinal
        );
        await tables.KeepFieldsAsync(
            table with
            {
                SheetId = sheet.Id,
                Fields = known,
                Missing = [.. known.Keys.Where(column => !names.ContainsKey(column)).Order(StringComparer.Ordinal)],
            },
            cancellationToken
        );
        return (sheet.Id, names);
    }

    /// <summary>Rows are recognised by the item they name: when an insert was not answered, and when a queue is bound anew to a table it had before.</summary>
    private async Task<Dictionary<long, DingTalkRow>> AdoptAsync(
        DingTalkTable table,
        IReadOnlyList<LabelItem> items,
        IReadOnlyCollection<TableRecord> records,
        IReadOnlyDictionary<string, string> names,
        CancellationToken cancellationToken
    )
    {
        var known = (await tables.RowsAsync(table.QueueId, cancellationToken)).Select(row => row.ItemId).ToHashSet();
        var named = records.Select(record => QueueColumns.ItemOf(record, names)).OfType<long>().ToHashSet();
        long[] met = [.. items.Select(item => item.Id).Where(item => named.Contains(item) && !known.Contains(item))];
        await tables.PrepareAsync(table.QueueId, met, Guid.NewGuid(), cancellationToken);
        var rows = (await tables.RowsAsync(table.QueueId, cancellationToken)).ToDictionary(row => row.ItemId);
        var linked = rows.Values.Select(row => row.RecordId).OfType<string>().ToHashSet(StringComparer.Ordinal);
        foreach (var record in records.Where(record => !linked.Contains(record.Id)))
        {
            if (QueueColumns.ItemOf(record, names) is { } item && rows.GetValueOrDefault(item) is { RecordId: null } row)
            {
                rows[item] = row with { RecordId = record.Id };
                await tables.KeepRowAsync(table.QueueId, rows[item], cancellationToken);
            }
        }

        // An insert is one: where one of its rows is there, another that is not was deleted by people.
        var arrived = rows.Values.Where(row => row.RecordId is not null).Select(row => row.ClientToken).ToHashSet();
        foreach (var row in rows.Values.Where(row => row is { RecordId: null, IsRemoved: false } && arrived.Contains(row.ClientToken)).ToList())
        {
            rows[row.ItemId] = row with { IsRemoved = true };
            await tables.KeepRowAsync(table.QueueId, rows[row.ItemId], cancellationToken);
        }

        return rows;
    }

    private async Task<(DingTalkRow, RecordWrite)?> MeetAsync(
        DingTalkTable table,
        LabelQueue queue,
        QueueColumns columns,
        IReadOnlyDictionary<string, string> names,
        LabelItem item,
        IReadOnlyList<Label> labels,
        DingTalkRow row,
        TableRecord record,
        CancellationToken cancellationToken
    )
    {
        var shown = Label.Standing(labels);
        var ours = LabelValues.Of(shown);
        var theirs = QueueColumns.Theirs(record, names, row.Agreed);
        switch (RowMerging.Merge(row.Agreed, ours, theirs))
        {
            case RowMerge.TakeTheirs when await TakeAsync(table, queue, item, shown, theirs, record, cancellationToken):
                await tables.KeepRowAsync(table.QueueId, row with { Agreed = theirs, Theirs = null }, cancellationToken);
                return null;
            case RowMerge.TakeTheirs or RowMerge.Conflict:
                if (row.Theirs != theirs)
                {
                    await tables.KeepRowAsync(table.QueueId, row with { Theirs = theirs }, cancellationToken);
                }

                return null;
            case RowMerge.Equal when !QueueColumns.IsBehind(record, item, shown, names):
                if (row.Agreed != ours || row.Theirs is not null)
                {
                    await tables.KeepRowAsync(table.QueueId, row with { Agreed = ours, Theirs = null }, cancellationToken);
                }

                return null;
            default:
                return (row with { Agreed = ours, Theirs = null }, new(record.Id, columns.Row(item, shown, names)));
        }
    }

    /// <summary>What somebody wrote into the table becomes their label. False when it cannot: it is no answer of the set, a decision stands, or somebody has the item.</summary>
    private async Task<bool> TakeAsync(
        DingTalkTable table,
        LabelQueue queue,
        LabelItem item,
        Label? shown,
        LabelValues theirs,
        TableRecord record,
        CancellationToken cancellationToken
    )
    {
        if (shown is { IsFinal: true } || queue.Set.Read(theirs.Value) is not { } value)
        {
            return false;
        }

        var person = Annotator.Read(record.LastModifiedBy?.UnionId) is { } id ? $"DingTalk {id}" : "DingTalk";
        var label = new Label(item.Id, person, value, theirs.ReasonList, theirs.Note, false, time.GetUtcNow());
        return await desk.SaveAsync(table.Project, queue, item, label, cancellationToken);
    }

    private async Task<(DingTalkRow, RecordWrite)?> GoneAsync(DingTalkTable table, DingTalkRow row, CancellationToken cancellationToken)
    {
        await tables.KeepRowAsync(table.QueueId, row with { IsRemoved = true }, cancellationToken);
        return null;
    }

    private async Task WriteAsync(
        DingTalkTable table,
        string sheetId,
        IReadOnlyList<(DingTalkRow Row, RecordWrite Write)> writes,
        CancellationToken cancellationToken
    )
    {
        foreach (var batch in writes.Chunk(DingTalkClient.PageSize))
        {
            await client.UpdateAsync(table.BaseId, sheetId, [.. batch.Select(due => due.Write)], cancellationToken);
            foreach (var (row, _) in batch)
            {
                await tables.KeepRowAsync(table.QueueId, row, cancellationToken);
            }
        }
    }

    private async Task InsertAsync(
        DingTalkTable table,
        string sheetId,
        QueueColumns columns,
        IReadOnlyDictionary<string, string> names,
        IReadOnlyList<LabelItem> items,
        ILookup<long, Label> labels,
        IReadOnlyCollection<long> known,
        CancellationToken cancellationToken
    )
    {
        foreach (var fresh in items.Where(item => !known.Contains(item.Id)).Chunk(DingTalkClient.PageSize))
        {
            await tables.PrepareAsync(table.QueueId, [.. fresh.Select(item => item.Id)], Guid.NewGuid(), cancellationToken);
        }

        var byId = items.ToDictionary(item => item.Id);
        var waiting = (await tables.RowsAsync(table.QueueId, cancellationToken)).Where(row =>
            row is { RecordId: null, IsRemoved: false } && byId.ContainsKey(row.ItemId)
        );
        foreach (var batch in waiting.GroupBy(row => row.ClientToken))
        {
            var inserts = batch.OrderBy(row => row.ItemId).ToList();
            var content = await contents.ReadAsync(table.Project, [.. inserts.Select(row => byId[row.ItemId])], cancellationToken);
            var ids = await client.InsertAsync(
                table.BaseId,
                sheetId,
                [
                    .. inserts.Select(row => new RecordWrite(
                        null,
                        columns.Row(byId[row.ItemId], Label.Standing(labels[row.ItemId]), names, content.GetValueOrDefault(row.ItemId))
                    )),
                ],
                batch.Key,
                cancellationToken
            );
            if (ids.Count != inserts.Count)
            {
                throw new DingTalkException("WrongAnswer", $"{inserts.Count} rows were inserted and {ids.Count} ids came back.");
            }

            foreach (var (row, id) in inserts.Zip(ids))
            {
                var agreed = LabelValues.Of(Label.Standing(labels[row.ItemId]));
                await tables.KeepRowAsync(table.QueueId, row with { RecordId = id, Agreed = agreed }, cancellationToken);
            }
        }
    }
}
