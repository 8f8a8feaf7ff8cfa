namespace LlmObs.Api;

/// <summary>An id that is a part of the path. The server leaves <c>%2F</c> there as it stands, since a slash would part the path; in an id it is a slash.</summary>
public static class PathId
{
    public static string Read(string part) => part.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
}
