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
) : BackgroundService
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private const int FailureFactor = 5;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await TurnAsync(stoppingToken)) { }
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                Log.TurnFailed(logger, exception);
            }

            await Task.Delay(Pause, time, stoppingToken);
        }
    }

    /// <summary>Exchanges the table that is due longest. False when none is.</summary>
    internal async Task<bool> TurnAsync(CancellationToken cancellationToken)
    {
        if (await tables.ClaimAsync(Lease, cancellationToken) is not { } table)
        {
            return false;
        }

        var problem = await ProblemAsync(table, cancellationToken);
        var interval = TimeSpan.FromSeconds(options.Value.IntervalSeconds);
        await tables.ReleaseAsync(table.QueueId, problem, problem is null ? interval : interval * FailureFactor, cancellationToken);
        return true;
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
