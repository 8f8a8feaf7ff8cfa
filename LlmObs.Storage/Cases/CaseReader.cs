using LlmObs.Domain.Cases;
using LlmObs.Storage.Rows;

namespace LlmObs.Storage.Cases;

/// <summary>Which cases; null members match everything.</summary>
/// <param name="Before">The id of the last case of the page before.</param>
public sealed record CaseFilter(CaseState? State, string? Owner, string? Category, string? Release, long? Before)
{
    /// <summary>Only those that <see cref="CaseClock"/> counts; null for all.</summary>
    public CaseWindow? Counted { get; init; }
}

/// <summary>The cases that reached a milestone between two moments, the second exclusive.</summary>
public sealed record CaseWindow(CaseMilestone Milestone, DateTimeOffset From, DateTimeOffset To);

/// <summary>A case in a list.</summary>
/// <param name="Traces">How many traces it was seen in.</param>
public sealed record CaseRow(Case Case, int Traces);

/// <summary>A case with its traces, oldest first, and its history.</summary>
public sealed record CaseFile(Case Case, IReadOnlyList<CaseTrace> Traces, IReadOnlyList<CaseEvent> History);

public sealed class CaseReader(Database database)
{
    private const string Columns = """
        c.id AS "Id", c.title AS "Title", c.state AS "State", c.owner AS "Owner", c.cause_category AS "Category", c.cause_trace_id AS "CauseTraceId",
        c.cause_span_id AS "CauseSpanId", c.cause_note AS "CauseNote", c.fixed_in AS "FixedIn", c.cause_confirmed AS "CauseConfirmed",
        c.fingerprint AS "Fingerprint", c.opened_from AS "OpenedFrom", c.opened_by AS "OpenedBy", c.opened_at AS "OpenedAt", c.score_id AS "ScoreId",
        (SELECT count(*)::int FROM case_traces AS t WHERE t.case_id = c.id) AS "Traces"
        """;

    private const string One = $"SELECT {Columns} FROM cases AS c WHERE c.project_id = @projectId AND c.id = @id";

    private const string Matching = $"""
        SELECT {Columns}
        FROM cases AS c
        WHERE c.project_id = @projectId AND (@state::smallint IS NULL OR c.state = @state)
          AND (@owner::text IS NULL OR c.owner = @owner) AND (@category::text IS NULL OR c.cause_category = @category)
          AND (@release::text IS NULL OR c.fixed_in = @release) AND (@before::bigint IS NULL OR c.id < @before)
        """;

    private const string OfTrace = $"""
        SELECT {Columns}
        FROM case_traces AS o JOIN cases AS c ON c.id = o.case_id
        WHERE c.project_id = @projectId AND o.trace_id = @traceId
        ORDER BY c.id DESC
        LIMIT 20
        """;

    private const string Traces = """
        SELECT t.trace_id AS "TraceId", t.title AS "Title" FROM case_traces AS t WHERE t.case_id = @id ORDER BY t.added_at, t.trace_id
        """;

    private const string History = """
        SELECT e.at AS "At", e.by AS "By", e.kind AS "Kind", e.detail AS "Detail" FROM case_events AS e WHERE e.case_id = @id ORDER BY e.id
        """;

    private const string Counts = """
        SELECT c.state AS "State", count(*)::int AS "Count" FROM cases AS c WHERE c.project_id = @projectId GROUP BY c.state
        """;

    /// <summary>Cases, newest first.</summary>
    public Task<IReadOnlyList<CaseRow>> ListAsync(int projectId, CaseFilter filter, int limit, CancellationToken cancellationToken) =>
        QueryAsync(
            $"{Matching} {(filter.Counted is { } counted ? $"AND c.id IN ({CaseClock.Cases(counted.Milestone)})" : "")} ORDER BY c.id DESC LIMIT @limit",
            new
            {
                projectId,
                state = (short?)filter.State,
                owner = StorableText.Clean(filter.Owner),
                category = filter.Category,
                release = StorableText.Clean(filter.Release),
                before = filter.Before,
                from = filter.Counted?.From.ToUniversalTime(),
                to = filter.Counted?.To.ToUniversalTime(),
                limit,
            },
            cancellationToken
        );

    /// <summary>How many cases are in each state.</summary>
    public async Task<IReadOnlyDictionary<CaseState, int>> CountsAsync(int projectId, CancellationToken cancellationToken) =>
        (await database.QueryAsync<(short State, int Count)>(Counts, new { projectId }, cancellationToken)).ToDictionary(
            row => (CaseState)row.State,
            row => row.Count
        );

    /// <summary>The cases a trace belongs to, newest first, at most 20.</summary>
    public Task<IReadOnlyList<CaseRow>> OfTraceAsync(int projectId, string traceId, CancellationToken cancellationToken) =>
        QueryAsync(OfTrace, new { projectId, traceId = StorableText.Id(traceId) }, cancellationToken);

    /// <summary>A case with everything; null when the project has none of that id.</summary>
    public async Task<CaseFile?> FindAsync(int projectId, long id, CancellationToken cancellationToken)
    {
        if (await QueryAsync(One, new { projectId, id }, cancellationToken) is not [var row])
        {
            return null;
        }

        var traces = await database.QueryAsync<CaseTrace>(Traces, new { id }, cancellationToken);
        var history = await database.QueryAsync<EventRow>(History, new { id }, cancellationToken);
        return new(row.Case, traces, [.. history.Select(line => new CaseEvent(new(line.At), line.By, line.Kind, line.Detail))]);
    }

    private async Task<IReadOnlyList<CaseRow>> QueryAsync(string sql, object parameters, CancellationToken cancellationToken) =>
        [.. (await database.QueryAsync<Row>(sql, parameters, cancellationToken)).Select(row => row.ToRow())];

    private sealed record EventRow(DateTime At, string By, string Kind, string? Detail);

    private sealed record Row(
        long Id,
        string Title,
        short State,
        string? Owner,
        string? Category,
        string? CauseTraceId,
        string? CauseSpanId,
        string? CauseNote,
        string? FixedIn,
        bool? CauseConfirmed,
        string? Fingerprint,
        string OpenedFrom,
        string OpenedBy,
        DateTime OpenedAt,
        string? ScoreId,
        int Traces
    )
    {
        public CaseRow ToRow() =>
            new(
                new(
                    Id,
                    Title,
                    (CaseState)State,
                    Owner,
                    Category is null ? null : new(Category, CauseTraceId, CauseSpanId, CauseNote),
                    FixedIn,
                    CauseConfirmed,
                    Fingerprint,
                    OpenedFrom,
                    OpenedBy,
                    new(OpenedAt)
                )
                {
                    ScoreId = ScoreId,
                },
                Traces
            );
    }
}
