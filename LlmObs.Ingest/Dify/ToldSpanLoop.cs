using LlmObs.Ingest.Langfuse;
using LlmObs.Storage.Schema;
using Microsoft.Extensions.Options;
using OpenTelemetry;

namespace LlmObs.Ingest.Dify;

/// <summary>Gives the spans that wait for their run their turns.</summary>
internal sealed partial class ToldSpanLoop(
    ToldSpanTurn turn,
    SchemaState schema,
    IOptions<LangfuseOptions> options,
    IOptions<IngestOptions> ingest,
    TimeProvider time,
    ILogger<ToldSpanLoop> logger
) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var quiet = SuppressInstrumentationScope.Begin();
        await schema.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = TimeSpan.FromSeconds(options.Value.FoldSeconds);
            try
            {
                wait = await turn.RunAsync(stoppingToken) ? TimeSpan.Zero : wait;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                Log.TurnFailed(logger, exception);
                wait = TimeSpan.FromSeconds(ingest.Value.RetryAfterSeconds);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(wait, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Spans of Dify's cannot be joined to their runs now; they stay where they are.")]
        public static partial void TurnFailed(ILogger logger, Exception exception);
    }
}
