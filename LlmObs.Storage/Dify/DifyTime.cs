namespace LlmObs.Storage.Dify;

/// <summary>Dify's times: no zone, and UTC is meant.</summary>
internal static class DifyTime
{
    public static DateTimeOffset Of(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));

    public static DateTimeOffset? Of(DateTime? time) => time is { } at ? Of(at) : null;

    public static DateTime Of(DateTimeOffset time) => DateTime.SpecifyKind(time.UtcDateTime, DateTimeKind.Unspecified);
}
