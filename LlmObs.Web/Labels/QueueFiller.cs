using LlmObs.Api;
using LlmObs.Domain;
using LlmObs.Storage.Labels;
using LlmObs.Storage.Reading;
using LlmObs.TraceLog;
using LlmObs.Web.Search;

namespace LlmObs.Web.Labels;

/// <summary>What a queue is filled with.</summary>
/// <param name="Query">As on the search page.</param>
/// <param name="IsBySpan">Each matching span is an item; else each request with one.</param>
/// <param name="Limit">Most items, newest first.</param>
public sealed record QueueFill(string Query, TimeRange Range, bool IsBySpan, int Limit);

/// <summary>Finds what a query finds and puts it into a queue, newest first.</summary>
public sealed class QueueFiller(SpanSearch search, ScoreLookup scores, TraceReader traces, LabelQueues queues, TimeProvider time)
{
    private const int PageSize = 100;

    /// <summary>Returns how many items were new.</summary>
    /// <exception cref="QueryException">The query cannot be understood.</exception>
    public async Task<int> FillAsync(Project project, int queueId, QueueFill fill, CancellationToken cancellationToken)
    {
        var (from, to) = fill.Range.Window(time.GetUtcNow());
        var query = await scores.ReadyAsync(project.Id, new(project.Name, fill.Query, from, to), cancellationToken);
        var added = 0;
        string? cursor = null;
        for (var left = fill.Limit; left > 0; left -= PageSize)
        {
            var size = Math.Min(left, PageSize);
            var (items, next) = fill.IsBySpan
                ? await SpansAsync(query, cursor, size, cancellationToken)
                : await TracesAsync(project, query, cursor, size, cancellationToken);
            added += await queues.AddAsync(project.Id, queueId, items, cancellationToken);
            if (next is null)
            {
                break;
            }

            cursor = next;
        }

        return added;
    }

    /// <summary>Puts one trace, or one span of it, into a queue. False when it is there already, or not kept.</summary>
    public async Task<bool> AddAsync(Project project, int queueId, string traceId, string? spanId, CancellationToken cancellationToken)
    {
        var summaries = await traces.SummariesAsync(project.Id, [traceId], cancellationToken);
        return summaries is [var trace]
            && await queues.AddAsync(project.Id, queueId, [new(traceId, spanId, trace.Question ?? trace.Name)], cancellationToken) == 1;
    }

    private async Task<(IReadOnlyCollection<NewLabelItem>, string?)> SpansAsync(
        SpanQuery query,
        string? cursor,
        int size,
        CancellationToken cancellationToken
    )
    {
        var page = await search.SpansAsync(query, cursor, size, cancellationToken);
        return (
            [.. page.Hits.Select(hit => new NewLabelItem(hit.Span.TraceId, hit.Span.SpanId, hit.Span.Question ?? hit.Span.Name))],
            page.NextCursor
        );
    }

    private async Task<(IReadOnlyCollection<NewLabelItem>, string?)> TracesAsync(
        Project project,
        SpanQuery query,
        string? cursor,
        int size,
        CancellationToken cancellationToken
    )
    {
        var page = await search.TracesAsync(query, cursor, size, cancellationToken);
        var summaries = await traces.SummariesAsync(project.Id, [.. page.Hits.Select(hit => hit.TraceId)], cancellationToken);
        var byId = summaries.ToDictionary(summary => summary.TraceId, StringComparer.Ordinal);
        return (
            [
                .. page.Hits.Select(hit =>
                    byId.TryGetValue(hit.TraceId, out var trace)
                        ? new NewLabelItem(hit.TraceId, null, trace.Question ?? trace.Name)
                        : new NewLabelItem(hit.TraceId, null, hit.Best.Span.Question ?? hit.Best.Span.Name)
                ),
            ],
            page.NextCursor
        );
    }
}
