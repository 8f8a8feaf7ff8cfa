using System.ComponentModel.DataAnnotations;

namespace LlmObs.Sls.Emulator;

/// <summary>Settings of the local SLS; section <c>Emulator</c>.</summary>
public sealed class EmulatorOptions
{
    public const string Section = "Emulator";

    /// <summary>Where projects and logs are kept; relative to the working directory.</summary>
    [Required]
    public string DataDirectory { get; set; } = Path.Combine(".llmobs", "sls");

    /// <summary>Access keys: id → secret. The key <c>local</c>/<c>local</c> exists when none is configured.</summary>
    public Dictionary<string, string> Keys { get; } = [];

    /// <summary>Host names without a project in front. Every other name of two or more labels starts with the project.</summary>
    public IList<string> Endpoints { get; } = ["localhost", "sls.localhost"];

    /// <summary>Refuses requests signed more than 15 minutes away from now. Off only to replay captured requests.</summary>
    public bool CheckClock { get; set; } = true;

    /// <summary>Refuses logs whose time lies outside [now − 7 days, now + 15 minutes], as the service does.</summary>
    public bool CheckLogTime { get; set; }

    /// <summary>Refuses what goes over the limits of a shard, a project or an account, as the service does.</summary>
    public bool CheckQuotas { get; set; }

    /// <summary>Largest body of PutLogs after decompression, bytes.</summary>
    [Range(1024, 256 * 1024 * 1024)]
    public int MaxBodyBytes { get; set; } = 10 * 1024 * 1024;

    /// <summary>What the engine may use for its data and queries, MB. The process itself comes on top.</summary>
    [Range(64, 1024 * 1024)]
    public int MemoryMb { get; set; } = 256;

    /// <summary>What statements that sort or group more than fits in memory may lay aside on disk, all together, MB.</summary>
    [Range(0, 1024 * 1024)]
    public int SpillMb { get; set; } = 1024;

    /// <summary>Writes are refused with ServerBusy while the disk of the data directory has less free space, MB.</summary>
    [Range(16, 1024 * 1024 * 1024)]
    public int MinFreeDiskMb { get; set; } = 128;

    /// <summary>A search or an analysis is cut after this many seconds.</summary>
    [Range(1, 600)]
    public int QueryTimeoutSeconds { get; set; } = 30;

    /// <summary>Searches that run at once, and statements that do; others wait.</summary>
    [Range(1, 256)]
    public int ConcurrentQueries { get; set; } = 8;

    /// <summary>Logs per segment of the term index; the newest, fewer than that, are kept in memory too.</summary>
    [Range(1, Storage.Terms.LiveTerms.MaxLogs)]
    public int TermSegmentLogs { get; set; } = 4096;

    /// <summary>Memory for which logs searches found, so that the next that asks the same need not look again, MB. 0: none.</summary>
    [Range(0, 1024)]
    public int RememberedMb { get; set; } = 32;

    /// <summary>Offset of the zone SQL shows and reads times in, minutes east of UTC. The service uses Asia/Shanghai.</summary>
    [Range(-14 * 60, 14 * 60)]
    public int UtcOffsetMinutes { get; set; } = 8 * 60;

    /// <summary>Shows projects, logstores and the last queries to a browser at <c>/</c>, without a key.</summary>
    public bool StatusPage { get; set; } = true;
}
