using LlmObs.Domain;
using LlmObs.Domain.Labels;
using LlmObs.Storage.Rows;
using LlmObs.Storage.Sampling;
using LlmObs.Storage.Writing;

namespace LlmObs.Storage.Labels;

/// <summary>Who has an item while they work on it: two people never label one item at the same time, and nobody keeps it by walking away.</summary>
public sealed class LabelDesk(Database database, TraceSampling sampling, TimeProvider time)
{
    /// <summary>How long an item stays with who opened it.</summary>
    public static readonly TimeSpan HoldTime = TimeSpan.FromMinutes(10);

    // One's own first, then what is for everybody; held by others is passed over, not waited for.
    private const string Next = """
        UPDATE label_items AS i SET holder = @annotator, held_since = @now, held_until = @until
        WHERE i.id = (
            SELECT o.id
            FROM label_items AS o
            JOIN label_item_states AS t ON t.item_id = o.id AND t.state = 'open'
            WHERE o.queue_id = @queueId AND o.id > @after
              AND (o.assignee IS NULL OR o.assignee = @annotator)
              AND (o.holder IS NULL OR o.holder = @annotator OR o.held_until <= @now)
              AND NOT EXISTS (SELECT FROM labels AS l WHERE l.item_id = o.id AND l.annotator = @annotator)
            ORDER BY (o.assignee IS NOT NULL) DESC, o.id
            LIMIT 1
            FOR UPDATE OF o SKIP LOCKED)
        RETURNING i.id
        """;

    private const string Hold = """
        UPDATE label_items AS i
        SET holder = @annotator, held_until = @until,
            held_since = CASE WHEN i.holder = @annotator AND i.held_until > @now THEN i.held_since ELSE @now END
        WHERE i.id = @itemId AND (i.holder IS NULL OR i.holder = @annotator OR i.held_until <= @now)
        """;

    private const string Release = """
        UPDATE label_items AS i SET holder = NULL, held_since = NULL, held_until = NULL WHERE i.id = @itemId AND i.holder = @annotator
        """;

    // Refused while somebody else has the item. A hold that ran out is no loss as long as nobody took the item since.
    private const string Save = """
        WITH held AS (
            SELECT i.id, CASE WHEN i.holder = @annotator THEN i.held_since END AS since
            FROM label_items AS i
            WHERE i.id = @itemId AND (i.holder IS NULL OR i.holder = @annotator OR i.held_until <= @now)
            FOR UPDATE
        ), freed AS (
            UPDATE label_items AS i SET holder = NULL, held_since = NULL, held_until = NULL FROM held WHERE i.id = held.id
        )
        INSERT INTO labels (item_id, is_final, annotator, value, reasons, note, given_at, seconds)
        SELECT held.id, @isFinal, @annotator, @value, @reasons, @note, @now, extract(epoch FROM @now - held.since)::int
        FROM held
        ON CONFLICT (item_id, is_final, annotator) DO UPDATE
        SET value = excluded.value, reasons = excluded.reasons, note = excluded.note, given_at = excluded.given_at
        """;

    private const string ForgetFinal = "DELETE FROM labels WHERE item_id = @itemId AND is_final AND annotator <> @annotator";

    /// <summary>Takes the next item that person may label, and holds it. Null when there is none now.</summary>
    /// <param name="after">The item to go on from; 0 for the first.</param>
    public Task<long?> NextAsync(int queueId, string annotator, long after, CancellationToken cancellationToken) =>
        database.FindAsync<long?>(
            Next,
            new
            {
                queueId,
                annotator,
                after,
                now = Now,
                until = Now + HoldTime,
            },
            cancellationToken
        );

    /// <summary>Holds an item that was opened by itself. False while somebody else has it.</summary>
    public async Task<bool> HoldAsync(long itemId, string annotator, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            Hold,
            new
            {
                itemId,
                annotator,
                now = Now,
                until = Now + HoldTime,
            },
            cancellationToken
        ) == 1;

    /// <summary>Gives an item back unlabelled.</summary>
    public Task ReleaseAsync(long itemId, string annotator, CancellationToken cancellationToken) =>
        database.ExecuteAsync(Release, new { itemId, annotator }, cancellationToken);

    /// <summary>Keeps a label and its score in one transaction, and gives the item back. Saying it again changes what was said.</summary>
    /// <returns>False while somebody else has the item; nothing was kept then.</returns>
    public async Task<bool> SaveAsync(Project project, LabelQueue queue, LabelItem item, Label label, CancellationToken cancellationToken)
    {
        var given = label with { GivenAt = Now };
        await sampling.KeepAsync(project.Id, item.TraceId, cancellationToken);
        return await database.RunAsync(
            async connection =>
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                if (given.IsFinal)
                {
                    await connection.ExecuteAsync(ForgetFinal, new { itemId = item.Id, annotator = label.Annotator }, cancellationToken);
                }

                var kept = await connection.ExecuteAsync(
                    Save,
                    new
                    {
                        itemId = item.Id,
                        isFinal = given.IsFinal,
                        annotator = given.Annotator,
                        value = StorableText.Clean(given.Value),
                        reasons = given.Reasons.Select(reason => StorableText.Clean(reason)).ToArray(),
                        note = StorableText.Clean(given.Note),
                        now = given.GivenAt,
                    },
                    cancellationToken
                );
                if (kept == 0)
                {
                    return false;
                }

                await ScoreWriter.UpsertAsync(
                    connection,
                    project.Id,
                    [given.ToScore(queue.Set, queue.Name, item.TraceId, item.SpanId)],
                    cancellationToken
                );
                await transaction.CommitAsync(cancellationToken);
                return true;
            },
            cancellationToken
        );
    }

    // PostgreSQL keeps microseconds; the score and the label are to have the same time.
    private DateTimeOffset Now => new(time.GetUtcNow().Ticks / 10 * 10, TimeSpan.Zero);
}
