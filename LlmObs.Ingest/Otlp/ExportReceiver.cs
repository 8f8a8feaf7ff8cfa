using LlmObs.Domain.Spans;
using LlmObs.Ingest.Access;
using LlmObs.Ingest.Dify;
using LlmObs.Ingest.Mapping;
using LlmObs.Ingest.Otlp.Protos;
using LlmObs.Ingest.Scores;
using LlmObs.Ingest.Spooling;
using Microsoft.Extensions.Options;

namespace LlmObs.Ingest.Otlp;

/// <summary>The one service behind both transports: maps what was decoded, commits it, then answers.</summary>
internal sealed class ExportReceiver(
    SpanMapper spans,
    LogMapper logs,
    SpanDoor door,
    DurableWriter writer,
    SenderAccess access,
    IngestMetrics metrics,
    IOptions<IngestOptions> options
)
{
    public async Task<ExportResult> TracesAsync(ExportTraceServiceRequest request, Sender sender, CancellationToken cancellationToken)
    {
        var count = request.ResourceSpans.Sum(resource => resource.ScopeSpans.Sum(scope => (long)scope.Spans.Count));
        if (TooMany(sender, count, "spans") is { } refused)
        {
            return refused;
        }

        var project = sender.Project!;

        var mapped = spans.Map(request.ResourceSpans);
        if (mapped.Accepted.Count == 0)
        {
            metrics.Spans(project.Name, 0, 0, mapped.Rejected.Count);
            return count == 0
                ? ExportResult.Success
                : ExportResult.Refused(RefusalReason.Malformed, $"None of the {count} spans can be kept. {mapped.Rejected.Message}");
        }

        var batch = await door.PassAsync(new(project, mapped.Accepted), cancellationToken);
        var sorted = DifySpans.Sort(batch.Spans);
        await writer.WriteAsync(
            new(project)
            {
                Spans = sorted.Others,
                Updates = sorted.Steps,
                Told = sorted.Told,
                Scores = [.. batch.Spans.SelectMany(SpanScores.Of)],
            },
            cancellationToken
        );
        metrics.Spans(project.Name, sorted.Steps.Count + sorted.Told.Count, 0, mapped.Rejected.Count);
        return new(mapped.Rejected.Count, mapped.Rejected.Message);
    }

    public async Task<ExportResult> LogsAsync(ExportLogsServiceRequest request, Sender sender, CancellationToken cancellationToken)
    {
        var count = request.ResourceLogs.Sum(resource => resource.ScopeLogs.Sum(scope => (long)scope.LogRecords.Count));
        if (TooMany(sender, count, "log records") is { } refused)
        {
            return refused;
        }

        var project = sender.Project!;

        var mapped = logs.Map(request.ResourceLogs);
        if (mapped.LateContents.Count > 0)
        {
            var batch = await door.PassAsync(new(project, [], mapped.LateContents), cancellationToken);
            await writer.WriteAsync(
                new(project) { LateContents = batch.LateContents, Scores = [.. batch.LateContents.SelectMany(SpanScores.Of)] },
                cancellationToken
            );
        }

        metrics.LogRecords(project.Name, mapped.LateContents.Count, mapped.Counted);
        return new(mapped.Rejected.Count, mapped.Rejected.Message);
    }

    public Task<ExportResult> MetricsAsync(ExportMetricsServiceRequest request, Sender sender, CancellationToken cancellationToken)
    {
        foreach (var metric in request.ResourceMetrics.SelectMany(resource => resource.ScopeMetrics).SelectMany(scope => scope.Metrics))
        {
            metrics.ForeignMetric(sender.Project!.Name, metric.Name);
        }

        return Task.FromResult(ExportResult.Success);
    }

    private ExportResult? TooMany(Sender sender, long count, string what)
    {
        if (count > options.Value.MaxSpansPerRequest)
        {
            return ExportResult.Refused(
                RefusalReason.TooLarge,
                $"The request holds {count} {what}; the limit is {options.Value.MaxSpansPerRequest} (Ingest:MaxSpansPerRequest). Send smaller batches."
            );
        }

        return access.TakeSpans(sender, count) is { } refusal ? new(Refusal: refusal) : null;
    }
}
