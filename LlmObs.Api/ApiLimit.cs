namespace LlmObs.Api;

/// <summary>How many rows a page of a list may have: 50 when nothing is said.</summary>
internal static class ApiLimit
{
    private const int Default = 50;

    /// <exception cref="ApiArgumentException">Not from 1 to <paramref name="max"/>.</exception>
    public static int Read(int? limit, int max) =>
        limit switch
        {
            null => Default,
            { } rows when rows >= 1 && rows <= max => rows,
            _ => throw new ApiArgumentException("limit", $"is 1 to {max}, not {limit}."),
        };
}
