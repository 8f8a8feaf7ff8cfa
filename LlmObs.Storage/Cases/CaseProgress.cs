using LlmObs.Domain.Cases;
using LlmObs.Storage.Rows;

namespace LlmObs.Storage.Cases;

/// <summary>Moves cases on from state to state. A change that the case's state does not allow changes nothing.</summary>
public sealed class CaseProgress(Database database, TimeProvider time)
{
    private const string SetCause = """
        UPDATE cases
        SET state = @state, cause_category = @category, cause_trace_id = @traceId, cause_span_id = @spanId, cause_note = @note, cause_confirmed = NULL
        WHERE id = @id AND project_id = @projectId AND state = @from
        """;

    private const string SetFixed = """
        UPDATE cases SET state = 2, fixed_in = @release WHERE id = @id AND project_id = @projectId AND state = 1
        """;

    private const string SetReviewed = """
        UPDATE cases SET state = @state, cause_confirmed = @confirmed WHERE id = @id AND project_id = @projectId AND state = @from
        """;

    private readonly CaseHistory history = new(database, time);

    /// <summary>Says what the cause is, or says it anew. A new case is located with it.</summary>
    /// <returns>False when the case is not, or no longer, in state <paramref name="from"/>.</returns>
    public Task<bool> LocateAsync(int projectId, long id, CaseState from, CaseCause cause, string by, CancellationToken cancellationToken) =>
        history.ChangeAsync(
            id,
            SetCause,
            new
            {
                id,
                projectId,
                from = (short)from,
                state = (short)(from == CaseState.New ? CaseState.Located : from),
                category = cause.Category,
                traceId = StorableText.Id(cause.TraceId),
                spanId = StorableText.Id(cause.SpanId),
                note = StorableText.Clean(cause.Note),
            },
            by,
            [(from == CaseState.New ? "located" : "cause", cause.Category)],
            cancellationToken
        );

    /// <summary>Says which release mends it.</summary>
    /// <returns>False when the case is not located.</returns>
    public Task<bool> FixAsync(int projectId, long id, string release, string by, CancellationToken cancellationToken) =>
        history.ChangeAsync(
            id,
            SetFixed,
            new
            {
                id,
                projectId,
                release = StorableText.Clean(release),
            },
            by,
            [("fixed", release)],
            cancellationToken
        );

    /// <summary>Says that the fix works, and whether the cause that was named was the one.</summary>
    /// <returns>False when the case is not fixed.</returns>
    public Task<bool> VerifyAsync(int projectId, long id, bool isCauseRight, string by, CancellationToken cancellationToken) =>
        ReviewAsync(
            projectId,
            id,
            (CaseState.Fixed, CaseState.Verified),
            isCauseRight,
            by,
            [("verified", null), (isCauseRight ? "confirmed" : "refuted", null)],
            cancellationToken
        );

    /// <summary>Takes a fix back: to located, or to new when the cause was wrong.</summary>
    /// <returns>False when the case is not, or no longer, in state <paramref name="from"/>, or cannot go back from there.</returns>
    public async Task<bool> ReopenAsync(int projectId, long id, CaseState from, bool isCauseRight, string by, CancellationToken cancellationToken)
    {
        var to = isCauseRight ? CaseState.Located : CaseState.New;
        return from.MayBecome(to)
            && await ReviewAsync(
                projectId,
                id,
                (from, to),
                isCauseRight ? null : false,
                by,
                isCauseRight ? [("reopened", null)] : [("reopened", null), ("refuted", null)],
                cancellationToken
            );
    }

    private Task<bool> ReviewAsync(
        int projectId,
        long id,
        (CaseState From, CaseState To) step,
        bool? confirmed,
        string by,
        IReadOnlyList<(string Kind, string? Detail)> events,
        CancellationToken cancellationToken
    ) =>
        history.ChangeAsync(
            id,
            SetReviewed,
            new
            {
                id,
                projectId,
                from = (short)step.From,
                state = (short)step.To,
                confirmed,
            },
            by,
            events,
            cancellationToken
        );
}
