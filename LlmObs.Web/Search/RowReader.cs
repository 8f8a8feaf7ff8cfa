using LlmObs.Storage;
using LlmObs.Storage.Reading;
using LlmObs.TraceLog;

namespace LlmObs.Web.Search;

/// <summary>A page of the list as the address asks for it: from SLS, with what PostgreSQL knows besides.</summary>
public sealed partial class RowReader(
    SpanSearch search,
    SpanPeople people,
    SpanGroups groups,
    RequestRows requests,
    OpinionReader opinions,
    ILogger<RowReader> logger
)
{
    public const int GroupSize = 100;

    public async Task<SearchRows> ReadAsync(SearchAddress address, SpanQuery query, int size, CancellationToken cancellationToken)
    {
        if (address.Group is { } field)
        {
            return new SearchRows.Groups(await groups.ByAsync(query, field, address.GroupOrder, GroupSize, cancellationToken));
        }

        switch (address.View)
        {
            case SearchView.Spans:
                var spans = await search.SpansAsync(query, address.Cursor, size, cancellationToken);
                return new SearchRows.Spans(spans.Hits, spans.NextCursor, spans.IsComplete);
            case SearchView.Sessions:
                var sessions = await people.SessionsAsync(query, address.Cursor, size, cancellationToken);
                return new SearchRows.Sessions(
                    sessions,
                    await OpinionsAsync(() =>
                        opinions.OfSessionsAsync(address.Project.Id, [.. sessions.Hits.Select(hit => hit.Id)], cancellationToken)
                    )
                );
            case SearchView.Users:
                var users = await people.UsersAsync(query, address.Cursor, size, cancellationToken);
                return new SearchRows.Users(
                    users,
                    await OpinionsAsync(() => opinions.OfUsersAsync(address.Project.Id, [.. users.Hits.Select(hit => hit.Id)], cancellationToken))
                );
            default:
                var page = await search.TracesAsync(query, address.Cursor, size, cancellationToken);
                var rows = await requests.OfAsync(address.Project.Id, query, address.Cursor, page.Hits, cancellationToken);
                return new SearchRows.Requests(rows, page.NextCursor, page.IsComplete);
        }
    }

    // The list is SLS's; that PostgreSQL is away must not hide it.
    private async Task<IReadOnlyDictionary<string, Opinion>> OpinionsAsync(Func<Task<IReadOnlyDictionary<string, Opinion>>> read)
    {
        try
        {
            return await read();
        }
        catch (StorageUnavailableException exception)
        {
            Log.NoOpinions(logger, exception);
            return new Dictionary<string, Opinion>();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "PostgreSQL did not say what users thought")]
        public static partial void NoOpinions(ILogger logger, Exception exception);
    }
}
