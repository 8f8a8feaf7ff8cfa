using System.Text.Json;
using LlmObs.Domain;
using LlmObs.Domain.Labels;
using LlmObs.Storage.Rows;

namespace LlmObs.Storage.Labels;

/// <summary>A table a queue is bound to.</summary>
/// <param name="Sheet">The sheet's id or name, as typed.</param>
/// <param name="SheetId">Known after the first exchange.</param>
/// <param name="Fields">Our column → the id of its field, which stays when people rename it.</param>
/// <param name="Missing">Our columns whose field people removed; their values are no longer exchanged.</param>
/// <param name="Problem">Why the last exchange failed; null when it did not.</param>
public sealed record DingTalkTable(
    int QueueId,
    Project Project,
    string BaseId,
    string Sheet,
    string? SheetId,
    IReadOnlyDictionary<string, string> Fields,
    IReadOnlyList<string> Missing,
    DateTimeOffset? SyncedAt,
    string? Problem
)
{
    public const int MaxId = 200;
}

/// <summary>An item that is, or is about to be, a row of a table.</summary>
/// <param name="ClientToken">Of the insert it is part of.</param>
/// <param name="RecordId">Null until the insert was answered.</param>
/// <param name="Agreed">What both sides had when they last met.</param>
/// <param name="Theirs">What the table says where both sides changed it; null without a conflict.</param>
public sealed record DingTalkRow(long ItemId, Guid ClientToken, string? RecordId, bool IsRemoved, LabelValues Agreed, LabelValues? Theirs);

/// <summary>Which queues are bound to tables, and what both sides knew when they last met.</summary>
public sealed class DingTalkTables(Database database)
{
    private const string Columns = """
        t.queue_id AS "QueueId", p.id AS "ProjectId", p.name AS "ProjectName", t.base_id AS "BaseId", t.sheet AS "Sheet", t.sheet_id AS "SheetId",
        t.fields AS "Fields", t.missing AS "Missing", t.synced_at AS "SyncedAt", t.problem AS "Problem"
        """;

    private const string Find = $"""
        SELECT {Columns}
        FROM dingtalk_tables AS t JOIN label_queues AS q ON q.id = t.queue_id JOIN projects AS p ON p.id = q.project_id
        WHERE t.queue_id = @queueId AND p.id = @projectId
        """;

    private const string Bind = """
        INSERT INTO dingtalk_tables (queue_id, base_id, sheet)
        SELECT q.id, @baseId, @sheet FROM label_queues AS q WHERE q.id = @queueId AND q.project_id = @projectId
        ON CONFLICT (queue_id) DO NOTHING
        """;

    private const string Unbind = """
        DELETE FROM dingtalk_tables AS t USING label_queues AS q WHERE q.id = t.queue_id AND t.queue_id = @queueId AND q.project_id = @projectId
        """;

    private const string Claim = $"""
        WITH due AS (
            SELECT o.queue_id FROM dingtalk_tables AS o
            WHERE o.due_at <= now() AND (o.leased_until IS NULL OR o.leased_until <= now())
            ORDER BY o.due_at LIMIT 1
            FOR UPDATE SKIP LOCKED
        )
        UPDATE dingtalk_tables AS t SET leased_until = now() + @lease
        FROM due, label_queues AS q, projects AS p
        WHERE t.queue_id = due.queue_id AND q.id = t.queue_id AND p.id = q.project_id
        RETURNING {Columns}
        """;

    private const string Release = """
        UPDATE dingtalk_tables
        SET due_at = now() + @wait, leased_until = NULL, synced_at = CASE WHEN @problem::text IS NULL THEN now() ELSE synced_at END, problem = @problem
        WHERE queue_id = @queueId
        """;

    private const string KeepFields = """
        UPDATE dingtalk_tables SET sheet_id = @sheetId, fields = @fields, missing = @missing WHERE queue_id = @queueId
        """;

    private const string Rows = """
        SELECT r.item_id AS "ItemId", r.client_token AS "ClientToken", r.record_id AS "RecordId", r.is_removed AS "IsRemoved", r.agreed AS "Agreed",
            r.theirs AS "Theirs"
        FROM dingtalk_rows AS r WHERE r.queue_id = @queueId ORDER BY r.item_id
        """;

    private const string Prepare = """
        INSERT INTO dingtalk_rows (item_id, queue_id, client_token) SELECT t.item_id, @queueId, @token FROM unnest(@itemIds) AS t (item_id)
        ON CONFLICT (item_id) DO NOTHING
        """;

    private const string KeepRow = """
        UPDATE dingtalk_rows SET record_id = @recordId, agreed = @agreed, theirs = @theirs, is_removed = @isRemoved
        WHERE item_id = @itemId AND queue_id = @queueId
        """;

    private const string Hurry = "UPDATE dingtalk_tables SET due_at = now() WHERE queue_id = @queueId";

    public async Task<DingTalkTable?> FindAsync(int projectId, int queueId, CancellationToken cancellationToken) =>
        (await database.QueryAsync<TableRow>(Find, new { projectId, queueId }, cancellationToken)).SingleOrDefault()?.ToTable();

    /// <summary>Binds a queue; its items are rows from the next exchange on. False when it is bound already.</summary>
    public async Task<bool> BindAsync(int projectId, int queueId, string baseId, string sheet, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            Bind,
            new
            {
                projectId,
                queueId,
                baseId,
                sheet,
            },
            cancellationToken
        ) == 1;

    /// <summary>Ends the exchange. The table keeps its rows, the queue its labels.</summary>
    public Task UnbindAsync(int projectId, int queueId, CancellationToken cancellationToken) =>
        database.ExecuteAsync(Unbind, new { projectId, queueId }, cancellationToken);

    /// <summary>The table whose exchange is due longest, for this process alone until the lease ends; null when none is.</summary>
    public async Task<DingTalkTable?> ClaimAsync(TimeSpan lease, CancellationToken cancellationToken) =>
        (await database.QueryAsync<TableRow>(Claim, new { lease }, cancellationToken)).SingleOrDefault()?.ToTable();

    /// <summary>Gives a claimed table back.</summary>
    /// <param name="problem">Why the exchange failed; null when it did not.</param>
    public Task ReleaseAsync(int queueId, string? problem, TimeSpan wait, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            Release,
            new
            {
                queueId,
                problem = StorableText.Clean(problem),
                wait,
            },
            cancellationToken
        );

    public Task KeepFieldsAsync(DingTalkTable table, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            KeepFields,
            new
            {
                queueId = table.QueueId,
                sheetId = StorableText.Clean(table.SheetId),
                fields = StorableText.Clean(JsonSerializer.Serialize(table.Fields)),
                missing = table.Missing.ToArray(),
            },
            cancellationToken
        );

    /// <summary>Every row of a table, by item.</summary>
    public async Task<IReadOnlyList<DingTalkRow>> RowsAsync(int queueId, CancellationToken cancellationToken) =>
        [.. (await database.QueryAsync<RowRow>(Rows, new { queueId }, cancellationToken)).Select(row => row.ToRow())];

    /// <summary>Remembers the token of an insert before it is sent.</summary>
    public Task PrepareAsync(int queueId, IReadOnlyCollection<long> itemIds, Guid token, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            Prepare,
            new
            {
                queueId,
                itemIds = itemIds.ToArray(),
                token,
            },
            cancellationToken
        );

    /// <summary>Remembers what both sides know of a row now.</summary>
    public Task KeepRowAsync(int queueId, DingTalkRow row, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            KeepRow,
            new
            {
                queueId,
                itemId = row.ItemId,
                recordId = StorableText.Clean(row.RecordId),
                isRemoved = row.IsRemoved,
                agreed = StorableText.Clean(ValuesText.Write(row.Agreed)),
                theirs = row.Theirs is { } theirs ? StorableText.Clean(ValuesText.Write(theirs)) : null,
            },
            cancellationToken
        );

    /// <summary>Asks for an exchange at once.</summary>
    public Task HurryAsync(int queueId, CancellationToken cancellationToken) => database.ExecuteAsync(Hurry, new { queueId }, cancellationToken);

    // Properties, not a constructor: Dapper sees an array as System.Array there.
    private sealed record TableRow
    {
        public int QueueId { get; init; }
        public int ProjectId { get; init; }
        public string ProjectName { get; init; } = "";
        public string BaseId { get; init; } = "";
        public string Sheet { get; init; } = "";
        public string? SheetId { get; init; }
        public string Fields { get; init; } = "";
        public string[] Missing { get; init; } = [];
        public DateTime? SyncedAt { get; init; }
        public string? Problem { get; init; }

        public DingTalkTable ToTable() =>
            new(
                QueueId,
                new(ProjectId, ProjectName),
                BaseId,
                Sheet,
                SheetId,
                JsonSerializer.Deserialize<Dictionary<string, string>>(Fields)!,
                Missing,
                SyncedAt is { } at ? new DateTimeOffset(at) : null,
                Problem
            );
    }

    private sealed record RowRow(long ItemId, Guid ClientToken, string? RecordId, bool IsRemoved, string Agreed, string? Theirs)
    {
        public DingTalkRow ToRow() =>
            new(ItemId, ClientToken, RecordId, IsRemoved, ValuesText.Read(Agreed), Theirs is null ? null : ValuesText.Read(Theirs));
    }
}
