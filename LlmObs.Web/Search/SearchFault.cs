using LlmObs.Sls;
using LlmObs.Storage;
using LlmObs.TraceLog;
using Microsoft.AspNetCore.Mvc;

namespace LlmObs.Web.Search;

/// <summary>What a part of the search page answers when it cannot be read: 400 for a query line nobody understands, 503 while SLS or PostgreSQL is away.</summary>
internal static class SearchFault
{
    public static bool Is(Exception exception) => exception is QueryException or SlsException or StorageUnavailableException;

    public static ContentResult Answer(Exception exception) =>
        new()
        {
            StatusCode = exception is QueryException ? StatusCodes.Status400BadRequest : StatusCodes.Status503ServiceUnavailable,
            Content = exception.Message,
        };
}
