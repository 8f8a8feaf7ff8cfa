using Microsoft.Extensions.Hosting;

namespace LlmObs.TraceLog;

public static class TraceLogServices
{
    /// <summary>Registers the SLS client of <c>ConnectionStrings:sls</c>, <see cref="SpanSearch"/> and <see cref="SpanLogStore"/>.</summary>
    public static TBuilder AddTraceLog<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder => throw new NotImplementedException();
}

/// <summary>Writing to the spans logstore.</summary>
public sealed class SpanLogStore
{
    /// <summary>Creates project, logstore and index where they are missing. Idempotent.</summary>
    public Task EnsureAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Writes the batch as one PutLogs, tagged with its id.</summary>
    public Task WriteAsync(string project, Guid batchId, IReadOnlyList<Domain.Spans.SpanRecord> records, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>How many logs of a batch SLS holds, looking around the given time of writing.</summary>
    public Task<long> CountBatchAsync(Guid batchId, DateTimeOffset writtenAfter, CancellationToken cancellationToken) => throw new NotImplementedException();
}
