using LlmObs.Ingest.Langfuse;
using LlmObs.ServiceDefaults;
using LlmObs.Storage.Dify;
using LlmObs.Storage.Schema;
using Microsoft.Extensions.Options;

namespace LlmObs.Ingest.Dify;

/// <summary>Gives the spans that wait for their run their turns.</summary>
internal sealed partial class ToldSpanLoop(
    ToldSpanTurn turn,
    ToldSpans told,
    ToldSpanMetrics metrics,
    SchemaState schema,
    IOptions<LangfuseOptions> options,
    IOptions<IngestOptions> ingest,
    TimeProvider time,
    ILogger<ToldSpanLoop> logger
) : TurnLoop(time)
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(10);
    private DateTimeOffset nextReport;

    protected override Task ReadyAsync(CancellationToken stoppingToken) => schema.WaitAsync(stoppingToken);

    protected override async Task<TimeSpan> TurnAsync(CancellationToken stoppingToken)
    {
        var hasMore = await turn.RunAsync(stoppingToken);
        if (Time.GetUtcNow() >= nextReport)
        {
            metrics.Report(await told.WaitingAsync(stoppingToken));
            nextReport = Time.GetUtcNow() + ReportInterval;
        }

        return hasMore ? TimeSpan.Zero : TimeSpan.FromSeconds(options.Value.FoldSeconds);
    }

    protected override TimeSpan Failed(Exception exception)
    {
        Log.TurnFailed(logger, exception);
        return TimeSpan.FromSeconds(ingest.Value.RetryAfterSeconds);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Spans of Dify's cannot be joined to their runs now; they stay where they are.")]
        public static partial void TurnFailed(ILogger logger, Exception exception);
    }
}
