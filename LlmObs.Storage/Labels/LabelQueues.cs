using LlmObs.Domain.Labels;
using LlmObs.Storage.Rows;

namespace LlmObs.Storage.Labels;

/// <summary>A queue of items to label, and how far it is.</summary>
/// <param name="Readings">How many people label each item.</param>
/// <param name="Open">Items that want another label.</param>
/// <param name="Differing">Items whose labels differ and that nobody decided.</param>
/// <param name="Done">Items with enough labels that agree, or a decision.</param>
public sealed record LabelQueue(
    int Id,
    string Name,
    LabelSet Set,
    int Readings,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    int Open,
    int Differing,
    int Done
)
{
    public const int MaxName = 120;
    public const int MaxReadings = 5;

    /// <summary>Most items added at one time.</summary>
    public const int MaxAdded = 2000;

    public int Items => Open + Differing + Done;
}

/// <summary>A trace, or one span of it, to put into a queue.</summary>
/// <param name="Title">What people recognise it by; cut at 500 characters.</param>
public sealed record NewLabelItem(string TraceId, string? SpanId, string Title);

/// <summary>Makes queues, fills them, and gives their items to people.</summary>
public sealed class LabelQueues(Database database)
{
    private const int MaxTitle = 500;

    private const string Select = """
        SELECT q.id AS "Id", q.name AS "Name", q.readings AS "Readings", q.created_at AS "CreatedAt", q.created_by AS "CreatedBy",
            s.name AS "SetName", s.question AS "Question", s.kind AS "Kind", s.choices AS "Choices", s.reasons AS "Reasons", s.guide AS "Guide",
            count(*) FILTER (WHERE t.state = 'open')::int AS "Open", count(*) FILTER (WHERE t.state = 'differing')::int AS "Differing",
            count(*) FILTER (WHERE t.state = 'done')::int AS "Done"
        FROM label_queues AS q
        JOIN label_sets AS s ON s.id = q.label_set_id
        LEFT JOIN label_item_states AS t ON t.queue_id = q.id
        WHERE q.project_id = @projectId AND (@id::int IS NULL OR q.id = @id)
        GROUP BY q.id, s.id
        ORDER BY q.created_at DESC, q.id DESC
        """;

    private const string Create = """
        INSERT INTO label_queues (project_id, label_set_id, readings, name, created_by)
        SELECT @projectId, s.id, @readings, @name, @by FROM label_sets AS s WHERE s.id = @setId AND s.project_id = @projectId
        ON CONFLICT (project_id, name) DO NOTHING
        RETURNING id
        """;

    private const string Add = """
        INSERT INTO label_items (queue_id, trace_id, span_id, title)
        SELECT q.id, t.trace_id, t.span_id, t.title
        FROM label_queues AS q CROSS JOIN unnest(@traceIds, @spanIds, @titles) WITH ORDINALITY AS t (trace_id, span_id, title, place)
        WHERE q.id = @queueId AND q.project_id = @projectId
        ORDER BY t.place
        ON CONFLICT (queue_id, trace_id, span_id) DO NOTHING
        """;

    // The next so many that nobody has yet, and that this person has not labelled.
    private const string Assign = """
        UPDATE label_items AS i SET assignee = @assignee
        WHERE i.id IN (
            SELECT o.id
            FROM label_items AS o
            JOIN label_queues AS q ON q.id = o.queue_id AND q.project_id = @projectId
            JOIN label_item_states AS t ON t.item_id = o.id AND t.state = 'open'
            WHERE o.queue_id = @queueId AND o.assignee IS NULL
              AND NOT EXISTS (SELECT FROM labels AS l WHERE l.item_id = o.id AND l.annotator = @assignee)
            ORDER BY o.id
            LIMIT @count)
        """;

    private const string Unassign = """
        UPDATE label_items AS i SET assignee = NULL
        FROM label_queues AS q
        WHERE q.id = i.queue_id AND q.project_id = @projectId AND i.queue_id = @queueId AND i.assignee = @assignee
        """;

    /// <summary>Every queue of the project, newest first.</summary>
    public Task<IReadOnlyList<LabelQueue>> ListAsync(int projectId, CancellationToken cancellationToken) =>
        QueryAsync(projectId, null, cancellationToken);

    public async Task<LabelQueue?> FindAsync(int projectId, int id, CancellationToken cancellationToken) =>
        (await QueryAsync(projectId, id, cancellationToken)).SingleOrDefault();

    /// <summary>A new, empty queue. Null when the project has one of that name, or no such label set.</summary>
    public Task<int?> CreateAsync(int projectId, int setId, string name, int readings, string by, CancellationToken cancellationToken) =>
        database.FindAsync<int?>(
            Create,
            new
            {
                projectId,
                setId,
                name = StorableText.Clean(name),
                readings,
                by = StorableText.Clean(by),
            },
            cancellationToken
        );

    /// <summary>Puts items at the end; those already there stay as they are. Returns how many were new.</summary>
    public Task<int> AddAsync(int projectId, int queueId, IReadOnlyCollection<NewLabelItem> items, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            Add,
            new
            {
                projectId,
                queueId,
                traceIds = items.Select(item => StorableText.Id(item.TraceId)).ToArray(),
                spanIds = items.Select(item => StorableText.Id(item.SpanId)).ToArray(),
                titles = items.Select(item => StorableText.Clean(item.Title.Length > MaxTitle ? item.Title[..MaxTitle] : item.Title)).ToArray(),
            },
            cancellationToken
        );

    /// <summary>Gives the next open items that nobody has to one person. Returns how many there were.</summary>
    public Task<int> AssignAsync(int projectId, int queueId, string assignee, int count, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            Assign,
            new
            {
                projectId,
                queueId,
                assignee,
                count,
            },
            cancellationToken
        );

    /// <summary>Takes a person's items back for everybody.</summary>
    public Task<int> UnassignAsync(int projectId, int queueId, string assignee, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            Unassign,
            new
            {
                projectId,
                queueId,
                assignee,
            },
            cancellationToken
        );

    private async Task<IReadOnlyList<LabelQueue>> QueryAsync(int projectId, int? id, CancellationToken cancellationToken) =>
        [.. (await database.QueryAsync<Row>(Select, new { projectId, id }, cancellationToken)).Select(row => row.ToQueue())];

    // Properties, not a constructor: Dapper sees an array as System.Array there.
    private sealed record Row
    {
        public int Id { get; init; }
        public string Name { get; init; } = "";
        public short Readings { get; init; }
        public DateTime CreatedAt { get; init; }
        public string CreatedBy { get; init; } = "";
        public string SetName { get; init; } = "";
        public string Question { get; init; } = "";
        public short Kind { get; init; }
        public string Choices { get; init; } = "";
        public string[] Reasons { get; init; } = [];
        public string? Guide { get; init; }
        public int Open { get; init; }
        public int Differing { get; init; }
        public int Done { get; init; }

        public LabelQueue ToQueue() =>
            new(
                Id,
                Name,
                new(SetName, Question, (LabelKind)Kind, ChoiceText.Read(Choices), Reasons, Guide),
                Readings,
                new(CreatedAt),
                CreatedBy,
                Open,
                Differing,
                Done
            );
    }
}
