using System.ComponentModel.DataAnnotations;

namespace LlmObs.Ingest.Dify;

/// <summary>Reading the logstores that Dify's SLS extension writes.</summary>
public sealed class LogstoreOptions
{
    public const string Section = "Dify:Logstores";

    /// <summary>Of the SLS project that Dify writes to, in the form of <c>ConnectionStrings:sls</c>. Empty: nothing is read.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>The project the runs are written to; made when it is not there.</summary>
    [RegularExpression(Domain.Project.NamePattern)]
    public string Project { get; set; } = Domain.Project.DefaultName;

    /// <summary>Seconds between two looks for new logs.</summary>
    [Range(1, 3600)]
    public double PollSeconds { get; set; } = 10;

    /// <summary>Days back from the first start that are read.</summary>
    [Range(0, 3650)]
    public int HistoryDays { get; set; } = 30;

    /// <summary>Groups of logs that one request to SLS may bring.</summary>
    [Range(1, 1000)]
    public int GroupsPerPull { get; set; } = 200;
}
