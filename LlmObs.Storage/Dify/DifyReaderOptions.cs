using System.ComponentModel.DataAnnotations;

namespace LlmObs.Storage.Dify;

/// <summary>Reading Dify's own database: where it is, and what it may be asked for.</summary>
public sealed class DifyReaderOptions
{
    public const string Section = "Dify:Reader";

    /// <summary>Of a user that may only read. Empty: nothing is read.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>The project the runs are written to; made when it is not there.</summary>
    [RegularExpression(Domain.Project.NamePattern)]
    public string Project { get; set; } = Domain.Project.DefaultName;

    /// <summary>Seconds between two looks for new runs.</summary>
    [Range(1, 3600)]
    public double PollSeconds { get; set; } = 10;

    /// <summary>Days of history read besides what is new; 0 reads none.</summary>
    [Range(0, 3650)]
    public int HistoryDays { get; set; } = 30;

    /// <summary>Queries in any minute, history included; more wait.</summary>
    [Range(6, 60_000)]
    public int QueriesPerMinute { get; set; } = 300;

    /// <summary>Rows one query may bring.</summary>
    [Range(10, 10_000)]
    public int RowsPerQuery { get; set; } = 200;

    /// <summary>Bytes of inputs and outputs one query may bring; a larger row comes alone.</summary>
    [Range(64 * 1024, 256 * 1024 * 1024)]
    public int BytesPerQuery { get; set; } = 8 * 1024 * 1024;

    /// <summary>Seconds after which Dify's PostgreSQL ends a query of ours.</summary>
    [Range(1, 300)]
    public int StatementTimeoutSeconds { get; set; } = 10;

    /// <summary>Seconds read again each time, for rows that were committed late.</summary>
    [Range(0, 3600)]
    public int OverlapSeconds { get; set; } = 30;

    /// <summary>Hours that are gone through again and again, a page each time, for rows that were committed later than that; 0 for none.</summary>
    [Range(0, 168)]
    public double LateHours { get; set; } = 6;

    /// <summary>Seconds between two such walks.</summary>
    [Range(1, 86_400)]
    public double LateSeconds { get; set; } = 300;

    /// <summary>Days for which feedback on a message, and the end of a run that stays open, are looked for.</summary>
    [Range(1, 365)]
    public int LookAgainDays { get; set; } = 14;
}
