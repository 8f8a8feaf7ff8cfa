using LlmObs.Domain;
using LlmObs.Storage.Reading;
using LlmObs.TraceLog;

namespace LlmObs.Web.Search;

/// <summary>Counts requests as the list shows them: traces joined to one another are one.</summary>
public sealed class RequestCounter(SpanSearch search, RequestRoots roots)
{
    // Beyond this many a count says "more": counting millions would make everybody wait for a number nobody reads to the end.
    private const int Most = 10_000;

    public async Task<BoundedCount> CountAsync(Project project, SpanQuery query, CancellationToken cancellationToken)
    {
        var traces = await search.TraceCountAsync(query, Most, cancellationToken);
        if (traces.Count < 2 || !await roots.AnyAsync(project.Id, cancellationToken))
        {
            return traces;
        }

        var traceIds = await search.TraceIdsAsync(query, Most, cancellationToken);
        return traces with { Count = await roots.CountAsync(project.Id, traceIds, cancellationToken) };
    }
}
