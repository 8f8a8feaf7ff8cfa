using LlmObs.Api;
using LlmObs.Sls;
using LlmObs.Storage.Writing;
using LlmObs.TraceLog;

namespace LlmObs.Web.Search;

/// <summary>Answers the search page: everything it asks of SLS, at once.</summary>
public sealed partial class SearchReader(
    SpanSearch search,
    RequestCounter requests,
    FacetReader facets,
    RowReader rows,
    ScoreLookup scores,
    Outbox outbox,
    WhyNothing whyNothing,
    SearchPatience patience,
    TimeProvider time,
    ILogger<SearchReader> logger
)
{
    public const int PageSize = 50;

    public async Task<SearchOutcome> ReadAsync(SearchAddress address, CancellationToken cancellationToken)
    {
        try
        {
            return await patience.AskAsync(token => FindOrExplainAsync(address, token), cancellationToken);
        }
        catch (QueryException exception)
        {
            return new SearchOutcome.Misread(exception.Reason, exception.Position);
        }
        catch (SlsException exception)
        {
            Log.Away(logger, exception);
            return new SearchOutcome.Away(exception.Message, await BacklogAsync(cancellationToken));
        }
    }

    /// <summary>The rows alone, for a page that is there already. Throws as the search does.</summary>
    public async Task<SearchRows> RowsAsync(SearchAddress address, CancellationToken cancellationToken)
    {
        var (from, to) = address.Range.Window(time.GetUtcNow());
        var query = await scores.ReadyAsync(address.Project.Id, new(address.Project.Name, address.Query, from, to), cancellationToken);
        return await rows.ReadAsync(address, query, PageSize, cancellationToken);
    }

    private async Task<SearchOutcome> FindOrExplainAsync(SearchAddress address, CancellationToken cancellationToken)
    {
        var found = await FindAsync(address, cancellationToken);
        return found.Spans > 0 || address.Cursor is not null ? found : await whyNothing.ExplainAsync(address, cancellationToken);
    }

    private async Task<SearchOutcome.Found> FindAsync(SearchAddress address, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var (from, to) = address.Range.Window(time.GetUtcNow());
        var query = await scores.ReadyAsync(address.Project.Id, new(address.Project.Name, address.Query, from, to), cancellationToken);

        var counts = requests.CountAsync(address.Project, query, cancellationToken);
        var histogram = search.HistogramAsync(query, cancellationToken);
        var counted = facets.AllAsync(address, query, cancellationToken);
        var page = rows.ReadAsync(address, query, PageSize, cancellationToken);
        await Task.WhenAll(counts, histogram, counted, page);

        // A span starts in one bucket, so the buckets together are all of them.
        var spans = (await histogram).Sum(bucket => bucket.Count);
        return new(new(from, to), spans, await counts, await histogram, await counted, await page, time.GetElapsedTime(started)) { Cut = query.Cut };
    }

    private async Task<OutboxStatus?> BacklogAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await outbox.StatusAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.BacklogUnknown(logger, exception);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "SLS did not answer a search")]
        public static partial void Away(ILogger logger, Exception exception);

        [LoggerMessage(LogLevel.Warning, "The backlog could not be read")]
        public static partial void BacklogUnknown(ILogger logger, Exception exception);
    }
}
