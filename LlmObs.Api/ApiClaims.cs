namespace LlmObs.Api;

/// <summary>What a session says about what it may read.</summary>
public static class ApiClaims
{
    /// <summary>On sessions opened with an API key: the one project they see. A session without it sees all.</summary>
    public const string Project = "project";

    /// <summary>On the same sessions: the key's id. The session ends with the key.</summary>
    public const string Key = "key";
}
