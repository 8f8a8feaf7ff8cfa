using LlmObs.Domain.Traces;
using LlmObs.Sls;
using LlmObs.Storage.Reading;
using LlmObs.Storage.Writing;
using LlmObs.TraceLog;
using LlmObs.Web.Shell;
using Microsoft.Extensions.Options;

namespace LlmObs.Web.Search;

/// <summary>Answers the search page: everything it asks of SLS at once, then the titles of the rows from PostgreSQL.</summary>
public sealed partial class SearchReader(
    SpanSearch search,
    TraceReader traces,
    Outbox outbox,
    WhyNothing whyNothing,
    IOptions<WebOptions> options,
    TimeProvider time,
    ILogger<SearchReader> logger
)
{
    public const int PageSize = 50;
    private const int FacetSize = 8;
    private static readonly string[] FacetFields = ["status", "service", "kind", "model", "session", "user"];

    public async Task<SearchOutcome> ReadAsync(SearchAddress address, CancellationToken cancellationToken)
    {
        var timeout = options.Value.SearchTimeout;
        using var patience = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            var found = await FindAsync(address, either.Token);
            return found.Spans > 0 || address.Cursor is not null ? found : await whyNothing.ExplainAsync(address, either.Token);
        }
        catch (QueryException exception)
        {
            return new SearchOutcome.Misread(exception.Message, exception.Position);
        }
        catch (SlsException exception)
        {
            Log.Away(logger, exception);
            return new SearchOutcome.Away(exception.Message, await BacklogAsync(cancellationToken));
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            Log.Away(logger, exception);
            return new SearchOutcome.Away($"no answer within {timeout.TotalSeconds} s", await BacklogAsync(cancellationToken));
        }
    }

    private async Task<SearchOutcome.Found> FindAsync(SearchAddress address, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var (from, to) = address.Range.Window(time.GetUtcNow());
        var query = new SpanQuery(address.Project.Name, address.Query, from, to);

        var count = search.CountAsync(query, cancellationToken);
        var histogram = search.HistogramAsync(query, cancellationToken);
        var facets = Task.WhenAll(FacetFields.Select(field => FacetAsync(query, field, cancellationToken)));
        var requests =
            address.View == SearchView.Requests
                ? search.TracesAsync(query, address.Cursor, PageSize, cancellationToken)
                : Task.FromResult(new TracePage([], null, true));
        var spans =
            address.View == SearchView.Spans
                ? search.SpansAsync(query, address.Cursor, PageSize, cancellationToken)
                : Task.FromResult(new SpanPage([], null, true));
        await Task.WhenAll(count, histogram, facets, requests, spans);

        var (tracePage, spanPage) = (await requests, await spans);
        var rows = await TitledAsync(address.Project.Id, tracePage.Hits, cancellationToken);
        var (spanCount, traceCount) = await count;
        return new(
            new(from, to),
            spanCount,
            traceCount,
            await histogram,
            await facets,
            rows,
            spanPage.Hits,
            tracePage.NextCursor ?? spanPage.NextCursor,
            tracePage.IsComplete && spanPage.IsComplete,
            time.GetElapsedTime(started)
        );
    }

    /// <summary>Counts a field's values as if nothing were chosen of it, so that one may choose a second.</summary>
    private async Task<Facet> FacetAsync(SpanQuery query, string field, CancellationToken cancellationToken)
    {
        var line = QueryText.Parse(query.Text);
        var values = await search.FacetAsync(query with { Text = line.WithoutField(field) }, field, FacetSize, cancellationToken);
        var chosen = line.ValuesOf(field);
        var missing = chosen.Where(value => !values.Any(found => found.Value.Equals(value, StringComparison.OrdinalIgnoreCase)));
        return new(
            field,
            [
                .. values
                    .Where(found => found.Value.Length > 0)
                    .Select(found => new FacetOption(found.Value, found.Count, line.Has(field, found.Value))),
                .. missing.Select(value => new FacetOption(value, 0, true)),
            ]
        );
    }

    private async Task<IReadOnlyList<RequestRow>> TitledAsync(int projectId, IReadOnlyList<TraceHit> hits, CancellationToken cancellationToken)
    {
        if (hits.Count == 0)
        {
            return [];
        }

        var summaries = await traces.SummariesAsync(projectId, [.. hits.Select(hit => hit.TraceId)], cancellationToken);
        var byId = summaries.ToDictionary(summary => summary.TraceId, StringComparer.Ordinal);

        // SLS orders by the newest matching span; what a row shows is when its trace began.
        return [.. hits.Select(hit => new RequestRow(hit, byId.GetValueOrDefault(hit.TraceId))).OrderByDescending(row => row.StartUnixNano)];
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
