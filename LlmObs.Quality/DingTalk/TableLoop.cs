using LlmObs.ServiceDefaults;
using LlmObs.Storage.Labels;
using LlmObs.Storage.Schema;
using Microsoft.Extensions.Options;

namespace LlmObs.Quality.DingTalk;

/// <summary>Exchanges one bound table after the other when it is due. Of several replicas one has a table at a time.</summary>
public sealed partial class TableLoop(
    DingTalkTables tables,
    TableExchange exchange,
    SchemaState schema,
    IOptions<DingTalkOptions> options,
    TimeProvider time,
    ILogger<TableLoop> logger
) : TurnLoop(time)
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private const int FailureFactor = 5;

    protected override Task ReadyAsync(CancellationToken stoppingToken) => schema.WaitAsync(stoppingToken);

    /// <summary>Exchanges the table that is due longest.</summary>
    protected override async Task<TimeSpan> TurnAsync(CancellationToken stoppingToken)
    {
        if (await tables.ClaimAsync(Lease, stoppingToken) is not { } table)
        {
            return Pause;
        }

        var problem = await ProblemAsync(table, stoppingToken);
        var interval = TimeSpan.FromSeconds(options.Value.IntervalSeconds);
        await tables.ReleaseAsync(table.QueueId, problem, problem is null ? interval : interval * FailureFactor, stoppingToken);
        return TimeSpan.Zero;
    }

    protected override TimeSpan Failed(Exception exception)
    {
        Log.TurnFailed(logger, exception);
        return Pause;
    }

    private async Task<string?> ProblemAsync(DingTalkTable table, CancellationToken cancellationToken)
    {
        if (!options.Value.IsConfigured)
        {
            return "DingTalk:AppKey, DingTalk:AppSecret and DingTalk:OperatorId are not all set for LlmObs.Quality.";
        }

        try
        {
            await exchange.RunAsync(table, cancellationToken);
            return null;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Log.ExchangeFailed(logger, table.QueueId, exception);
            return exception.Message;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The table of label queue {Queue} could not be exchanged")]
        public static partial void ExchangeFailed(ILogger logger, int queue, Exception exception);

        [LoggerMessage(LogLevel.Warning, "A turn of exchanging tables failed")]
        public static partial void TurnFailed(ILogger logger, Exception exception);
    }
}
