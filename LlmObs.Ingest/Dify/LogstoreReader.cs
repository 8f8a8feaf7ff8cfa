using System.Diagnostics;
using System.Globalization;
using LlmObs.Domain;
using LlmObs.Domain.Dify;
using LlmObs.Domain.Updates;
using LlmObs.Sls;
using LlmObs.Storage.Access;
using LlmObs.Storage.Dify;
using Microsoft.Extensions.Options;

namespace LlmObs.Ingest.Dify;

/// <summary>
/// Reads Dify's SLS logstores shard by shard. A row is appended anew each time it changes: every version is read, the one with the greatest
/// <c>log_version</c> counts.
/// </summary>
internal sealed class LogstoreReader(
    DifyWriter writer,
    DifyProgress progress,
    Projects projects,
    IOptions<LogstoreOptions> options,
    TimeProvider time
) : IDifySource
{
    private const string Source = "sls";
    private const int PullsATurn = 50;

    // By stream; what is kept for a restart is the time of the last one.
    private readonly Dictionary<string, string> cursors = [];
    private readonly SlsClient sls = new(SlsOptions.Parse(options.Value.ConnectionString), SlsClient.CreateHttp(), time);

    public DifyLease Lease { get; } = new(Source, progress);

    public TimeSpan Poll { get; } = TimeSpan.FromSeconds(options.Value.PollSeconds);

    /// <exception cref="SlsException">SLS cannot be read now.</exception>
    public async Task<bool> TurnAsync(CancellationToken cancellationToken)
    {
        if (await Lease.TakeAsync(cancellationToken) is not false)
        {
            return false;
        }

        var project =
            await projects.FindAsync(options.Value.Project, cancellationToken)
            ?? await projects.CreateAsync(options.Value.Project, cancellationToken)
            ?? throw new DifyUnavailableException($"The project {options.Value.Project} is being made; it is there the next time.");
        var began = Stopwatch.GetTimestamp();
        var (pulls, rows, hasMore) = (0L, 0L, false);
        foreach (var logstore in (string[])[LogstoreRows.Runs, LogstoreRows.Nodes])
        {
            foreach (var shard in await sls.Reader(logstore).ListShardsAsync(cancellationToken))
            {
                var read = await ReadAsync(project, logstore, shard.Id, cancellationToken);
                (pulls, rows, hasMore) = (pulls + read.Pulls, rows + read.Rows, hasMore || read.Pulls == PullsATurn);
            }
        }

        await progress.FinishAsync(Source, new(pulls, rows, Stopwatch.GetElapsedTime(began)), cancellationToken);
        return hasMore;
    }

    private async Task<(int Pulls, int Rows)> ReadAsync(Project project, string logstore, int shard, CancellationToken cancellationToken)
    {
        var reader = sls.Reader(logstore);
        var name = string.Create(CultureInfo.InvariantCulture, $"{logstore}/{shard}");
        var from = new DifyPlace(time.GetUtcNow().AddDays(-options.Value.HistoryDays), Guid.Empty);
        await progress.BeginAsync(Source, name, from, until: null, cancellationToken);
        var stream = (await progress.StreamsAsync(Source, cancellationToken)).Single(stream => stream.Name == name);
        // By time of receipt in whole seconds: after a restart the last ones are read again, which changes nothing.
        var cursor = cursors.GetValueOrDefault(name) ?? await reader.CursorAtAsync(shard, stream.Place.At, cancellationToken);
        var (pulls, rows) = (0, 0);
        while (pulls < PullsATurn)
        {
            var pull = await reader.PullAsync(shard, cursor, options.Value.GroupsPerPull, null, cancellationToken);
            pulls++;
            if (pull.Groups.Count == 0)
            {
                break;
            }

            var logs = pull.Groups.SelectMany(group => group.Logs).ToList();
            await writer.WriteAsync(project, logs.SelectMany(log => Steps(logstore, log)), cancellationToken);
            var reached = await reader.CursorTimeAsync(shard, cursor, cancellationToken);
            await progress.AdvanceAsync(Source, name, new(reached, Guid.Empty), isDone: false, logs.Count, cancellationToken);
            await Lease.TakeAsync(cancellationToken);
            (cursor, rows) = (cursors[name] = pull.NextCursor, rows + logs.Count);
        }

        return (pulls, rows);
    }

    private static IEnumerable<UpdatedFields> Steps(string logstore, SlsLog log)
    {
        var row = log.Contents.GroupBy(field => field.Key).ToDictionary(field => field.Key, field => field.Last().Value, StringComparer.Ordinal);
        if (logstore == LogstoreRows.Nodes)
        {
            return LogstoreRows.Node(row) is { } node ? RunSteps.OfAlone(node, DifyContext.Nameless) : [];
        }

        return LogstoreRows.Run(row) is { } run ? [RunSteps.Of(run, DifyContext.Nameless)] : [];
    }
}
