namespace LlmObs.Sls;

/// <summary>A project as SLS describes it.</summary>
/// <param name="Name">3–63 of a–z, 0–9 and '-', unique in the whole cloud.</param>
/// <param name="Status"><c>Normal</c> when it can be used.</param>
public sealed record SlsProject(string Name, string Description, string Status, string Region)
{
    /// <summary>As SLS writes it, <c>yyyy-MM-dd HH:mm:ss</c> in the region's time.</summary>
    public string CreatedAt { get; init; } = "";

    /// <summary>As <see cref="CreatedAt"/>.</summary>
    public string ModifiedAt { get; init; } = "";
}

/// <summary>A logstore: what keeps logs, for how long, in how many shards.</summary>
/// <param name="Name">2–63 of a–z, 0–9, '-' and '_'.</param>
/// <param name="TtlDays">1–3650; 3650 keeps logs for ever.</param>
/// <param name="ShardCount">1–256 at creation; an update does not change it.</param>
public sealed record SlsLogstore(string Name, int TtlDays, int ShardCount)
{
    /// <summary>Whether SLS splits shards by itself when they are busy.</summary>
    public bool AutoSplit { get; init; }

    /// <summary>Up to how many shards <see cref="AutoSplit"/> goes, 1–256.</summary>
    public int MaxShards { get; init; } = 64;

    /// <summary>Takes unsigned writes from web pages (web tracking).</summary>
    public bool AllowsTracking { get; init; }

    /// <summary>Adds the time of receipt and the sender's address to every log, as tags.</summary>
    public bool AppendsMeta { get; init; }

    /// <summary>Logs may be deleted by <see cref="SlsAdmin.DeleteLogsAsync"/>. Only at creation, and for good.</summary>
    public bool AllowsChanges { get; init; }

    /// <summary><c>standard</c>, or <c>query</c> for a cheaper logstore without analysis.</summary>
    public string Mode { get; init; } = "standard";

    /// <summary>A metric store instead of a logstore.</summary>
    public bool IsMetrics { get; init; }

    /// <summary>Set by SLS; ignored when sent.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>Set by SLS; ignored when sent.</summary>
    public DateTimeOffset? ModifiedAt { get; init; }
}

/// <summary>A part of a list.</summary>
/// <param name="Total">How many there are in all.</param>
public sealed record SlsPage<T>(IReadOnlyList<T> Items, int Total);

/// <summary>A deletion that SLS carries out by itself.</summary>
/// <param name="Query">The search whose logs go.</param>
/// <param name="From">Unix seconds, inclusive.</param>
/// <param name="To">Unix seconds, exclusive.</param>
/// <param name="Progress">Percent; at 100 no query finds the logs any more.</param>
/// <param name="ErrorCode">0 unless it failed.</param>
public sealed record SlsDeletion(string Id, string Query, long From, long To, int Progress, int ErrorCode, string ErrorMessage)
{
    /// <summary>All of its logs are gone.</summary>
    public bool IsDone => Progress == 100;

    /// <summary>It goes no further; <see cref="ErrorMessage"/> says why.</summary>
    public bool IsFailed => ErrorCode != 0;
}
