using LlmObs.Domain.Traces;
using LlmObs.Storage.Reading;
using Microsoft.Extensions.Caching.Memory;

namespace LlmObs.Web.Pages.Traces;

/// <summary>
/// Lays traces and requests out. Large ones are kept for a while: a page fetches its rows in pieces, and a hundred thousand spans are
/// not read again for each of them.
/// </summary>
public sealed class TraceViews(TraceReader traces, RequestReader requests) : IDisposable
{
    private const int SpansKept = 400_000;
    private const int RequestIdsFollowed = 50;
    private static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(2);

    private readonly MemoryCache kept = new(new MemoryCacheOptions { SizeLimit = SpansKept });

    /// <summary>The trace as it is now; null when there is none.</summary>
    public async Task<TraceView?> OfTraceAsync(int projectId, string traceId, CancellationToken cancellationToken)
    {
        var spans = await traces.TreeSpansAsync(projectId, [traceId], cancellationToken);
        if (spans.Count == 0)
        {
            return null;
        }

        var requestIds = spans.Select(span => span.RequestId).OfType<string>().Distinct(StringComparer.Ordinal).Take(RequestIdsFollowed);
        var scope = await requests.OfTraceAsync(projectId, traceId, requestIds, cancellationToken);
        return Keep((projectId, false, traceId), TraceView.Of(spans, scope));
    }

    /// <summary>Every trace of a request as one tree; null when there is none.</summary>
    /// <param name="id">Of the request, or of one of its traces.</param>
    public async Task<TraceView?> OfRequestAsync(int projectId, string id, CancellationToken cancellationToken)
    {
        var scope = await requests.OfRequestAsync(projectId, id, cancellationToken);
        var spans = await traces.TreeSpansAsync(projectId, scope.TraceIds, cancellationToken);
        return spans.Count == 0 ? null : Keep((projectId, true, id), TraceView.Of(spans, scope));
    }

    /// <summary>What a page of it was drawn from a moment ago, else as it is now.</summary>
    public Task<TraceView?> AgainAsync(int projectId, bool isRequest, string id, CancellationToken cancellationToken) =>
        kept.TryGetValue((projectId, isRequest, id), out TraceView? view) ? Task.FromResult(view)
        : isRequest ? OfRequestAsync(projectId, id, cancellationToken)
        : OfTraceAsync(projectId, id, cancellationToken);

    public void Dispose() => kept.Dispose();

    private TraceView Keep((int, bool, string) key, TraceView view)
    {
        if (view.Rows.Count > TreeWindow.DrawnWhole)
        {
            kept.Set(key, view, new MemoryCacheEntryOptions { Size = view.Rows.Count, SlidingExpiration = KeptFor });
        }

        return view;
    }
}
