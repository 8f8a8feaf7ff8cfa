using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Ingest.Mapping;
using LlmObs.Ingest.Otlp.Protos;
using LlmObs.Ingest.Shipping;
using LlmObs.Storage.Writing;
using Microsoft.Extensions.Options;

namespace LlmObs.Ingest.Otlp;

/// <summary>The one service behind both transports: maps what was decoded, commits it, then answers.</summary>
internal sealed class ExportReceiver(
    SpanMapper spans,
    LogMapper logs,
    SpanDoor door,
    SpanWriter writer,
    ShippingQueue shipping,
    IngestMetrics metrics,
    IOptions<IngestOptions> options
)
{
    public async Task<ExportResult> TracesAsync(ExportTraceServiceRequest request, Project project, CancellationToken cancellationToken)
    {
        var count = request.ResourceSpans.Sum(resource => resource.ScopeSpans.Sum(scope => (long)scope.Spans.Count));
        if (TooMany(count, "spans") is { } refused)
        {
            return refused;
        }

        var mapped = spans.Map(request.ResourceSpans);
        if (mapped.Accepted.Count == 0)
        {
            metrics.Spans(project.Name, 0, 0, mapped.Rejected.Count);
            return count == 0
                ? ExportResult.Success
                : ExportResult.Refused(RefusalReason.Malformed, $"None of the {count} spans can be kept. {mapped.Rejected.Message}");
        }

        var written = await writer.WriteAsync(await door.PassAsync(new(project, mapped.Accepted), cancellationToken), cancellationToken);
        shipping.Offer(written.Outbox);
        metrics.Spans(project.Name, written.Written, written.Repeated, mapped.Rejected.Count);
        return new(mapped.Rejected.Count, mapped.Rejected.Message);
    }

    public async Task<ExportResult> LogsAsync(ExportLogsServiceRequest request, Project project, CancellationToken cancellationToken)
    {
        var count = request.ResourceLogs.Sum(resource => resource.ScopeLogs.Sum(scope => (long)scope.LogRecords.Count));
        if (TooMany(count, "log records") is { } refused)
        {
            return refused;
        }

        var mapped = logs.Map(request.ResourceLogs);
        if (mapped.LateContents.Count > 0)
        {
            await writer.WriteAsync(await door.PassAsync(new(project, [], mapped.LateContents), cancellationToken), cancellationToken);
        }

        metrics.LogRecords(project.Name, mapped.LateContents.Count, mapped.Counted);
        return new(mapped.Rejected.Count, mapped.Rejected.Message);
    }

    public Task<ExportResult> MetricsAsync(ExportMetricsServiceRequest request, Project project, CancellationToken cancellationToken)
    {
        foreach (var metric in request.ResourceMetrics.SelectMany(resource => resource.ScopeMetrics).SelectMany(scope => scope.Metrics))
        {
            metrics.ForeignMetric(project.Name, metric.Name);
        }

        return Task.FromResult(ExportResult.Success);
    }

    private ExportResult? TooMany(long count, string what) =>
        count > options.Value.MaxSpansPerRequest
            ? ExportResult.Refused(
                RefusalReason.TooLarge,
                $"The request holds {count} {what}; the limit is {options.Value.MaxSpansPerRequest} (Ingest:MaxSpansPerRequest). Send smaller batches."
            )
            : null;
}
