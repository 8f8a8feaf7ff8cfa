using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.Storage.Rows;

namespace LlmObs.Storage.Reading;

/// <summary>Traces by id, from the record of truth.</summary>
public sealed class TraceReader(Database database)
{
    public const int MaxSummaries = 200;

    private const string Spans = $"""
        SELECT {SpanRow.Columns}
        FROM spans AS s
        WHERE s.project_id = @projectId AND s.trace_id = ANY (@traceIds)
        ORDER BY s.start_ns, s.span_id
        """;

    private const string Trees = $"""
        SELECT {SpanRow.TreeColumns}
        FROM spans AS s
        WHERE s.project_id = @projectId AND s.trace_id = ANY (@traceIds)
        """;

    private const string Records = $"""
        SELECT {SpanRow.Columns}, {SpanRow.ContentColumns}
        FROM spans AS s
        LEFT JOIN span_contents AS c ON c.project_id = s.project_id AND c.trace_id = s.trace_id AND c.span_id = s.span_id AND c.day = s.day
        WHERE s.project_id = @projectId AND s.trace_id = @traceId AND (@spanId::text IS NULL OR s.span_id = @spanId)
        ORDER BY s.start_ns, s.span_id
        """;

    private const string Chosen = $"""
        SELECT {SpanRow.Columns}, {SpanRow.ContentColumns}
        FROM unnest(@traceIds, @spanIds) AS w (trace_id, span_id)
        JOIN spans AS s ON s.project_id = @projectId AND s.trace_id = w.trace_id AND s.span_id = w.span_id
        LEFT JOIN span_contents AS c ON c.project_id = s.project_id AND c.trace_id = s.trace_id AND c.span_id = s.span_id AND c.day = s.day
        """;

    private const string Recent = $"""
        SELECT {SpanRow.Columns}, {SpanRow.ContentColumns}
        FROM (SELECT day, trace_id, span_id FROM spans WHERE project_id = @projectId ORDER BY received_at DESC LIMIT @limit) AS r
        JOIN spans AS s ON s.project_id = @projectId AND s.trace_id = r.trace_id AND s.span_id = r.span_id AND s.day = r.day
        LEFT JOIN span_contents AS c ON c.project_id = s.project_id AND c.trace_id = s.trace_id AND c.span_id = s.span_id AND c.day = s.day
        """;

    private const string OfSession = """
        SELECT s.trace_id
        FROM spans AS s
        WHERE s.project_id = @projectId AND left(s.session_id, 200) = left(@sessionId, 200) AND s.session_id = @sessionId
        GROUP BY s.trace_id
        ORDER BY min(s.start_ns), s.trace_id
        LIMIT @limit
        """;

    /// <summary>The rows of a trace without contents, by start; empty when there is no such trace.</summary>
    public Task<IReadOnlyList<Span>> SpansAsync(int projectId, string traceId, CancellationToken cancellationToken) =>
        SpansAsync(projectId, [traceId], cancellationToken);

    /// <summary>The rows of several traces without contents, by start.</summary>
    public async Task<IReadOnlyList<Span>> SpansAsync(int projectId, IReadOnlyCollection<string> traceIds, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<SpanRow>(
            Spans,
            new { projectId, traceIds = traceIds.Select(id => StorableText.Id(id)).ToArray() },
            cancellationToken
        );
        return [.. rows.Select(row => row.ToSpan())];
    }

    /// <summary>What a tree of these traces is drawn from, in no order: names, kinds, outcomes, times, tokens, costs, who and where.</summary>
    public async Task<IReadOnlyList<Span>> TreeSpansAsync(int projectId, IReadOnlyCollection<string> traceIds, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<SpanRow>(
            Trees,
            new { projectId, traceIds = traceIds.Select(id => StorableText.Id(id)).ToArray() },
            cancellationToken
        );
        return [.. rows.Select(row => row.ToSpan())];
    }

    /// <summary>The trace with every content, for the API.</summary>
    public async Task<IReadOnlyList<SpanRecord>> RecordsAsync(int projectId, string traceId, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<SpanRow>(
            Records,
            new
            {
                projectId,
                traceId = StorableText.Id(traceId),
                spanId = (string?)null,
            },
            cancellationToken
        );
        return [.. rows.Select(row => row.ToRecord())];
    }

    /// <summary>These spans with their contents, in no order; unknown ones are left out.</summary>
    public async Task<IReadOnlyList<SpanRecord>> RecordsAsync(int projectId, IReadOnlyCollection<SpanRef> spans, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<SpanRow>(
            Chosen,
            new
            {
                projectId,
                traceIds = spans.Select(span => StorableText.Id(span.TraceId)).ToArray(),
                spanIds = spans.Select(span => StorableText.Id(span.SpanId)).ToArray(),
            },
            cancellationToken
        );
        return [.. rows.Select(row => row.ToRecord())];
    }

    /// <summary>One span with its content; null when there is none.</summary>
    public async Task<SpanRecord?> SpanAsync(int projectId, string traceId, string spanId, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<SpanRow>(
            Records,
            new
            {
                projectId,
                traceId = StorableText.Id(traceId),
                spanId = StorableText.Id(spanId),
            },
            cancellationToken
        );
        return rows.FirstOrDefault()?.ToRecord();
    }

    /// <summary>One span as a page reads it: of texts too long for a page, the part asked for. Null when there is none.</summary>
    /// <param name="partOf">For a field of the raw address (<c>message.0.0</c>): the part to read, from 1.</param>
    public Task<SpanToRead?> SpanToReadAsync(
        int projectId,
        string traceId,
        string spanId,
        Func<string, int> partOf,
        CancellationToken cancellationToken
    ) =>
        database.RunAsync(
            connection =>
                SpanContentReader.ReadAsync(connection, projectId, StorableText.Id(traceId), StorableText.Id(spanId), partOf, cancellationToken),
            cancellationToken
        );

    /// <summary>Summaries of the traces named, in no order; unknown ids are left out. At most 200 ids.</summary>
    public async Task<IReadOnlyList<TraceSummary>> SummariesAsync(
        int projectId,
        IReadOnlyCollection<string> traceIds,
        CancellationToken cancellationToken
    )
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(traceIds.Count, MaxSummaries, nameof(traceIds));
        if (traceIds.Count == 0)
        {
            return [];
        }

        var rows = await database.QueryAsync<SpanRow>(
            Trees,
            new { projectId, traceIds = traceIds.Select(id => StorableText.Id(id)).Distinct().ToArray() },
            cancellationToken
        );
        return
        [
            .. rows.GroupBy(row => row.TraceId, StringComparer.Ordinal)
                .Select(trace => TraceRollup.Summarise([.. trace.Select(row => row.ToSpan())])),
        ];
    }

    /// <summary>The spans of a project received last, with their contents.</summary>
    public async Task<IReadOnlyList<SpanRecord>> RecentAsync(int projectId, int limit, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<SpanRow>(Recent, new { projectId, limit }, cancellationToken);
        return [.. rows.Select(row => row.ToRecord())];
    }

    /// <summary>The traces of a session, oldest first, at most <paramref name="limit"/>.</summary>
    public async Task<IReadOnlyList<TraceSummary>> OfSessionAsync(int projectId, string sessionId, int limit, CancellationToken cancellationToken)
    {
        var traceIds = await database.QueryAsync<string>(
            OfSession,
            new
            {
                projectId,
                sessionId = StorableText.Clean(sessionId),
                limit = Math.Min(limit, MaxSummaries),
            },
            cancellationToken
        );
        var summaries = await SummariesAsync(projectId, traceIds, cancellationToken);
        return [.. summaries.OrderBy(summary => summary.StartUnixNano).ThenBy(summary => summary.TraceId, StringComparer.Ordinal)];
    }

    /// <summary>What an id typed into the query line is: a trace, a span, a request, a session, a user, or nothing known.</summary>
    public Task<IdMatch?> FindIdAsync(int projectId, string text, CancellationToken cancellationToken) =>
        database.RunAsync(connection => IdSearch.FindAsync(connection, projectId, text, cancellationToken), cancellationToken);
}

public enum IdKind
{
    Trace,
    Span,
    Request,
    Session,
    User,
}

/// <summary>What an id stands for.</summary>
/// <param name="TraceIds">The newest traces it leads to, at most 20, newest first.</param>
public sealed record IdMatch(IdKind Kind, string Id, IReadOnlyList<string> TraceIds);
