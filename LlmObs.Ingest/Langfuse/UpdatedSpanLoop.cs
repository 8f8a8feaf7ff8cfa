using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Updates;
using LlmObs.Ingest.Dify;
using LlmObs.ServiceDefaults;
using LlmObs.Storage.Schema;
using LlmObs.Storage.Writing;
using Microsoft.Extensions.Options;

namespace LlmObs.Ingest.Langfuse;

/// <summary>Writes spans that came in pieces as they become due. The folder decides what that is.</summary>
internal sealed partial class UpdatedSpanLoop(
    UpdatedSpanFolder folder,
    ObservationMapper observations,
    StepMapper steps,
    ToldCallers callers,
    SpanDoor door,
    SchemaState schema,
    IngestMetrics metrics,
    IOptions<LangfuseOptions> options,
    IOptions<IngestOptions> ingest,
    TimeProvider time,
    ILogger<UpdatedSpanLoop> logger
) : TurnLoop(time)
{
    private const int SpansATurn = 200;

    protected override Task ReadyAsync(CancellationToken stoppingToken) => schema.WaitAsync(stoppingToken);

    protected override async Task<TimeSpan> TurnAsync(CancellationToken stoppingToken)
    {
        var turn = await folder.FoldDueAsync(SpansATurn, MapAsync, stoppingToken);
        foreach (var span in turn.Postponed)
        {
            metrics.SpanPostponed(span.Project.Name);
            Log.Postponed(logger, span.Reason, span.SpanId, span.TraceId, span.Project.Name);
        }

        return turn.Taken == SpansATurn ? TimeSpan.Zero : TimeSpan.FromSeconds(options.Value.FoldSeconds);
    }

    protected override TimeSpan Failed(Exception exception)
    {
        Log.FoldFailed(logger, exception);
        return TimeSpan.FromSeconds(ingest.Value.RetryAfterSeconds);
    }

    private async ValueTask<IReadOnlyList<SpanRecord>> MapAsync(Project project, IReadOnlyList<UpdatedFields> spans)
    {
        SpanRecord[] records = [.. spans.Select(Map)];
        await callers.FindAsync(project, records, CancellationToken.None);
        return (await door.PassAsync(new SpanBatch(project, records), CancellationToken.None)).Spans;
    }

    private SpanRecord Map(UpdatedFields fields) => StepNames.IsStep(fields) ? steps.Map(fields) : observations.Map(fields);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Spans that came in pieces cannot be written now; their events stay where they are.")]
        public static partial void FoldFailed(ILogger logger, Exception exception);

        [LoggerMessage(
            2,
            LogLevel.Error,
            "Span {SpanId} of trace {TraceId} in project {Project} cannot be made of its events. They are kept; it is tried again in an hour, or when more is said of it."
        )]
        public static partial void Postponed(ILogger logger, Exception exception, string spanId, string traceId, string project);
    }
}
