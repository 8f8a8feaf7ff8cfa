using LlmObs.Domain.Labels;
using LlmObs.Storage.Rows;

namespace LlmObs.Storage.Labels;

/// <summary>An item of a queue.</summary>
/// <param name="Number">Its place in the queue, from 1.</param>
/// <param name="State"><c>open</c>, <c>differing</c> or <c>done</c>.</param>
/// <param name="Holder">Who works on it now, until <paramref name="HeldUntil"/>.</param>
public sealed record LabelItem(
    long Id,
    int QueueId,
    int Number,
    string TraceId,
    string? SpanId,
    string Title,
    string State,
    string? Assignee,
    string? Holder,
    DateTimeOffset? HeldUntil
);

/// <summary>How fast somebody labels.</summary>
/// <param name="Given">Labels of theirs in this queue.</param>
/// <param name="Left">Items they can still label here.</param>
/// <param name="MedianSeconds">From holding an item to saying so, over their last 20 labels; null before the third.</param>
public sealed record LabelPace(int Given, int Left, double? MedianSeconds);

/// <summary>Items and what people said of them.</summary>
public sealed class LabelReader(Database database)
{
    // A request may have been put into the queue while it ran, before it said what was asked.
    private const string Items = """
        SELECT i.id AS "Id", i.queue_id AS "QueueId", i.number AS "Number", i.trace_id AS "TraceId", i.span_id AS "SpanId",
            coalesce(left(f.question, 500), i.title) AS "Title",
            t.state AS "State", i.assignee AS "Assignee", CASE WHEN i.held_until > @now THEN i.holder END AS "Holder", i.held_until AS "HeldUntil"
        FROM (
            SELECT o.id, o.queue_id, o.trace_id, o.span_id, o.title, o.assignee, o.holder, o.held_until, (row_number() OVER (ORDER BY o.id))::int AS number
            FROM label_items AS o
            JOIN label_queues AS q ON q.id = o.queue_id AND q.project_id = @projectId
            WHERE o.queue_id = @queueId
        ) AS i
        JOIN label_item_states AS t ON t.item_id = i.id
        LEFT JOIN quality_facts AS f ON f.project_id = @projectId AND f.trace_id = i.trace_id AND i.span_id IS NULL
        WHERE (@itemId::bigint IS NULL OR i.id = @itemId) AND (@state::text IS NULL OR t.state = @state) AND i.number > @after
        ORDER BY i.id
        LIMIT @limit
        """;

    private const string Labels = """
        SELECT l.item_id AS "ItemId", l.annotator AS "Annotator", l.value AS "Value", l.reasons AS "Reasons", l.note AS "Note",
            l.is_final AS "IsFinal", l.given_at AS "GivenAt"
        FROM labels AS l
        JOIN label_items AS i ON i.id = l.item_id
        JOIN label_queues AS q ON q.id = i.queue_id AND q.project_id = @projectId
        WHERE i.queue_id = @queueId AND (@itemId::bigint IS NULL OR l.item_id = @itemId)
        ORDER BY l.item_id, l.is_final, l.given_at, l.annotator
        """;

    private const string OfTrace = """
        SELECT i.id
        FROM label_items AS i JOIN label_queues AS q ON q.id = i.queue_id AND q.project_id = @projectId
        WHERE i.queue_id = @queueId AND i.trace_id = @traceId AND i.span_id IS NOT DISTINCT FROM @spanId
        """;

    private const string Pace = """
        SELECT (SELECT count(*)::int FROM labels AS l JOIN label_items AS i ON i.id = l.item_id
                WHERE i.queue_id = @queueId AND l.annotator = @annotator AND NOT l.is_final) AS "Given",
            (SELECT count(*)::int FROM label_item_states AS t
             WHERE t.queue_id = @queueId AND t.state = 'open'
               AND NOT EXISTS (SELECT FROM labels AS l WHERE l.item_id = t.item_id AND l.annotator = @annotator)) AS "Left",
            (SELECT CASE WHEN count(*) > 2 THEN percentile_cont(0.5) WITHIN GROUP (ORDER BY r.seconds) END
             FROM (SELECT l.seconds FROM labels AS l JOIN label_items AS i ON i.id = l.item_id
                   WHERE i.queue_id = @queueId AND l.annotator = @annotator AND l.seconds IS NOT NULL
                   ORDER BY l.given_at DESC LIMIT 20) AS r) AS "MedianSeconds"
        """;

    private const string People = """
        SELECT DISTINCT l.annotator
        FROM labels AS l
        JOIN label_items AS i ON i.id = l.item_id
        JOIN label_queues AS q ON q.id = i.queue_id AND q.project_id = @projectId
        UNION
        SELECT DISTINCT i.assignee
        FROM label_items AS i
        JOIN label_queues AS q ON q.id = i.queue_id AND q.project_id = @projectId
        WHERE i.assignee IS NOT NULL
        ORDER BY 1
        """;

    /// <summary>Items of a queue in their order.</summary>
    /// <param name="state">Null for all.</param>
    /// <param name="after">The number of the last item of the page before; 0 for the first.</param>
    public Task<IReadOnlyList<LabelItem>> ItemsAsync(
        int projectId,
        int queueId,
        string? state,
        int after,
        int limit,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) => ItemsAsync(projectId, queueId, null, state, after, limit, now, cancellationToken);

    public async Task<LabelItem?> ItemAsync(int projectId, int queueId, long itemId, DateTimeOffset now, CancellationToken cancellationToken) =>
        (await ItemsAsync(projectId, queueId, itemId, null, 0, 1, now, cancellationToken)).SingleOrDefault();

    /// <summary>The item of a trace, or of one span of it; null when the queue has none.</summary>
    public Task<long?> FindAsync(int projectId, int queueId, string traceId, string? spanId, CancellationToken cancellationToken) =>
        database.FindAsync<long?>(
            OfTrace,
            new
            {
                projectId,
                queueId,
                traceId = StorableText.Id(traceId),
                spanId = StorableText.Id(spanId),
            },
            cancellationToken
        );

    /// <summary>Every label of a queue, or of one item, in the order of items; decisions after readings.</summary>
    public async Task<IReadOnlyList<Label>> LabelsAsync(int projectId, int queueId, long? itemId, CancellationToken cancellationToken)
    {
        var parameters = new
        {
            projectId,
            queueId,
            itemId,
        };
        return [.. (await database.QueryAsync<LabelRow>(Labels, parameters, cancellationToken)).Select(row => row.ToLabel())];
    }

    public async Task<LabelPace> PaceAsync(int queueId, string annotator, CancellationToken cancellationToken) =>
        (await database.QueryAsync<LabelPace>(Pace, new { queueId, annotator }, cancellationToken)).Single();

    /// <summary>Everybody who labelled in the project, or has items to label.</summary>
    public async Task<IReadOnlyList<string>> PeopleAsync(int projectId, CancellationToken cancellationToken) =>
        await database.QueryAsync<string>(People, new { projectId }, cancellationToken);

    private async Task<IReadOnlyList<LabelItem>> ItemsAsync(
        int projectId,
        int queueId,
        long? itemId,
        string? state,
        int after,
        int limit,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var parameters = new
        {
            projectId,
            queueId,
            itemId,
            state,
            after,
            limit,
            now,
        };
        return [.. (await database.QueryAsync<ItemRow>(Items, parameters, cancellationToken)).Select(row => row.ToItem())];
    }

    private sealed record ItemRow(
        long Id,
        int QueueId,
        int Number,
        string TraceId,
        string? SpanId,
        string Title,
        string State,
        string? Assignee,
        string? Holder,
        DateTime? HeldUntil
    )
    {
        public LabelItem ToItem() =>
            new(
                Id,
                QueueId,
                Number,
                TraceId,
                SpanId,
                Title,
                State,
                Assignee,
                Holder,
                Holder is not null && HeldUntil is { } until ? new DateTimeOffset(until) : null
            );
    }

    // Properties, not a constructor: Dapper sees an array as System.Array there.
    private sealed record LabelRow
    {
        public long ItemId { get; init; }
        public string Annotator { get; init; } = "";
        public string Value { get; init; } = "";
        public string[] Reasons { get; init; } = [];
        public string? Note { get; init; }
        public bool IsFinal { get; init; }
        public DateTime GivenAt { get; init; }

        public Label ToLabel() => new(ItemId, Annotator, Value, Reasons, Note, IsFinal, new(GivenAt));
    }
}
