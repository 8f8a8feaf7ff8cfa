using LlmObs.Storage.Reading;
using LlmObs.TraceLog;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LlmObs.Api;

internal static class TraceApi
{
    private const int MaxLimit = 100;
    private const int MaxTracesOfSession = 500;

    public static async Task<IResult> GetTraceAsync(
        HttpContext context,
        string traceId,
        TraceReader reader,
        ScoreReader scores,
        CancellationToken cancellationToken
    )
    {
        var projectId = ApiAccess.ProjectOf(context).Id;
        var records = await reader.RecordsAsync(projectId, traceId, cancellationToken);
        if (records.Count == 0)
        {
            return NotFound($"traceId: there is no trace '{traceId}' in this project.");
        }

        var trace = ApiTrace.From(records);
        var given = await scores.OfTraceAsync(projectId, traceId, trace.RequestId, trace.SessionId, cancellationToken);
        return TypedResults.Ok(trace with { Scores = [.. given.Select(ApiScore.From)] });
    }

    /// <param name="query">SLS search syntax with the product's field names; empty means everything.</param>
    /// <param name="from">ISO 8601 or Unix seconds, inclusive; 24 hours before <paramref name="to"/> when left out.</param>
    /// <param name="to">ISO 8601 or Unix seconds, exclusive; now when left out.</param>
    /// <param name="cursor">nextCursor of the page before.</param>
    /// <param name="limit">1–100, 50 when left out.</param>
    public static async Task<Ok<ApiSpanPage>> FindSpansAsync(
        HttpContext context,
        SpanSearch search,
        ScoreLookup scores,
        TimeProvider time,
        string? query,
        string? from,
        string? to,
        string? cursor,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        var asked = await scores.ReadyAsync(ApiAccess.ProjectOf(context).Id, Query(context, query, from, to, time), cancellationToken);
        var page = await search.SpansAsync(asked, cursor, ApiLimit.Read(limit, MaxLimit), cancellationToken);
        return TypedResults.Ok(
            new ApiSpanPage(
                [.. page.Hits.Select(hit => ApiSpan.From(hit.Span, hit.Snippet))],
                page.NextCursor,
                page.IsComplete && asked.Cut.Count == 0
            )
        );
    }

    /// <inheritdoc cref="FindSpansAsync"/>
    public static async Task<Ok<ApiTracePage>> FindTracesAsync(
        HttpContext context,
        SpanSearch search,
        ScoreLookup scores,
        TraceReader reader,
        TimeProvider time,
        string? query,
        string? from,
        string? to,
        string? cursor,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        var asked = await scores.ReadyAsync(ApiAccess.ProjectOf(context).Id, Query(context, query, from, to, time), cancellationToken);
        var page = await search.TracesAsync(asked, cursor, ApiLimit.Read(limit, MaxLimit), cancellationToken);
        var summaries = (
            await reader.SummariesAsync(ApiAccess.ProjectOf(context).Id, [.. page.Hits.Select(hit => hit.TraceId)], cancellationToken)
        ).ToDictionary(trace => trace.TraceId);
        return TypedResults.Ok(
            new ApiTracePage(
                [.. page.Hits.Where(hit => summaries.ContainsKey(hit.TraceId)).Select(hit => ApiTrace.From(summaries[hit.TraceId]))],
                page.NextCursor,
                page.IsComplete && asked.Cut.Count == 0
            )
        );
    }

    public static async Task<IResult> GetSessionAsync(HttpContext context, string sessionId, TraceReader reader, CancellationToken cancellationToken)
    {
        sessionId = PathId.Read(sessionId);
        var traces = await reader.OfSessionAsync(ApiAccess.ProjectOf(context).Id, sessionId, MaxTracesOfSession, cancellationToken);
        return traces.Count == 0
            ? NotFound($"sessionId: there is no session '{sessionId}' in this project.")
            : TypedResults.Ok(ApiSession.From(sessionId, traces));
    }

    private static SpanQuery Query(HttpContext context, string? query, string? from, string? to, TimeProvider time)
    {
        var window = ApiWindow.Read(from, to, time);
        return new(ApiAccess.ProjectOf(context).Name, query ?? "", window.From, window.To);
    }

    private static IResult NotFound(string detail) => Results.Problem(detail, statusCode: StatusCodes.Status404NotFound);
}
