namespace LlmObs.Web.Shell;

/// <summary>
/// The time zone a page speaks in: <c>?tz=</c>, else the one the reader chose, else the browser's (a cookie of our script), else the server's. Said once per list.
/// </summary>
public sealed class ViewerZone(IHttpContextAccessor accessor, TimeProvider time)
{
    private static readonly string[] OfferedIds =
    [
        "UTC",
        "Asia/Shanghai",
        "Asia/Singapore",
        "Asia/Tokyo",
        "Asia/Kolkata",
        "Europe/Berlin",
        "Europe/London",
        "America/New_York",
        "America/Los_Angeles",
        "Australia/Sydney",
    ];

    /// <summary>What the menu offers: one for each part of the world in which people work with this, as far as the machine knows them.</summary>
    public static readonly IReadOnlyList<TimeZoneInfo> Offered = [.. OfferedIds.Select(Find).OfType<TimeZoneInfo>()];

    private readonly TimeZoneInfo zone = Choose(accessor.HttpContext?.Request) ?? time.LocalTimeZone;

    public TimeZoneInfo Zone => zone;

    /// <summary>False when the address names a zone or the reader chose one.</summary>
    public bool FollowsBrowser { get; } = (Find(accessor.HttpContext?.Request.Query["tz"]) ?? Chosen(accessor.HttpContext?.Request)) is null;

    public DateTimeOffset Now => TimeZoneInfo.ConvertTime(time.GetUtcNow(), zone);

    public DateTimeOffset Local(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, zone);

    /// <param name="unixNano">Nanoseconds since 1970.</param>
    public DateTimeOffset Local(long unixNano) => Local(DateTimeOffset.UnixEpoch.AddTicks(unixNano / 100));

    /// <summary>The moment a wall clock of this zone means.</summary>
    public DateTimeOffset FromWallClock(DateTime wall) => new(wall, zone.GetUtcOffset(wall));

    private static TimeZoneInfo? Choose(HttpRequest? request) =>
        Find(request?.Query["tz"]) ?? Chosen(request) ?? Find(request?.Cookies[Preferences.ZoneCookie]);

    private static TimeZoneInfo? Chosen(HttpRequest? request) => Find(request?.Cookies[Preferences.ChosenZoneCookie]);

    internal static TimeZoneInfo? Find(string? id) =>
        id is { Length: > 0 and < 80 } && TimeZoneInfo.TryFindSystemTimeZoneById(Uri.UnescapeDataString(id), out var found) ? found : null;
}
