using System.Buffers;
using Google.Protobuf;
using LlmObs.Ingest.Access;
using LlmObs.Ingest.Otlp.Protos;
using LlmObs.Ingest.Otlp.Reading;

namespace LlmObs.Ingest.Otlp;

/// <summary>What tells traces, logs and metrics apart: how to read, receive and answer one. Endpoints are written once over it.</summary>
internal sealed record OtlpSignal<T>(
    string Name,
    string GrpcService,
    MessageParser<T> Parser,
    OtlpSignal<T>.ReadJson FromJson,
    Func<ExportReceiver, T, Sender, CancellationToken, Task<ExportResult>> ReceiveAsync,
    Func<ExportResult, IMessage> Response
)
    where T : class, IMessage<T>, new()
{
    public delegate ReadResult<T> ReadJson(in ReadOnlySequence<byte> body);

    public ReadResult<T> Read(in ReadOnlySequence<byte> body, bool isJson) => isJson ? FromJson(body) : OtlpProtobufReader.Read(body, Parser);
}

/// <summary>The three signals.</summary>
internal static class OtlpSignals
{
    public static readonly OtlpSignal<ExportTraceServiceRequest> Traces = new(
        "traces",
        "opentelemetry.proto.collector.trace.v1.TraceService",
        Lean(ExportTraceServiceRequest.Parser),
        OtlpJsonReader.ReadTraces,
        (receiver, request, sender, cancellationToken) => receiver.TracesAsync(request, sender, cancellationToken),
        result => new ExportTraceServiceResponse
        {
            PartialSuccess = result.Message is null ? null : new() { RejectedSpans = result.Rejected, ErrorMessage = result.Message },
        }
    );

    public static readonly OtlpSignal<ExportLogsServiceRequest> Logs = new(
        "logs",
        "opentelemetry.proto.collector.logs.v1.LogsService",
        Lean(ExportLogsServiceRequest.Parser),
        OtlpJsonReader.ReadLogs,
        (receiver, request, sender, cancellationToken) => receiver.LogsAsync(request, sender, cancellationToken),
        result => new ExportLogsServiceResponse
        {
            PartialSuccess = result.Message is null ? null : new() { RejectedLogRecords = result.Rejected, ErrorMessage = result.Message },
        }
    );

    public static readonly OtlpSignal<ExportMetricsServiceRequest> Metrics = new(
        "metrics",
        "opentelemetry.proto.collector.metrics.v1.MetricsService",
        Lean(ExportMetricsServiceRequest.Parser),
        OtlpJsonReader.ReadMetrics,
        (receiver, request, sender, cancellationToken) => receiver.MetricsAsync(request, sender, cancellationToken),
        result => new ExportMetricsServiceResponse
        {
            PartialSuccess = result.Message is null ? null : new() { RejectedDataPoints = result.Rejected, ErrorMessage = result.Message },
        }
    );

    // Fields of newer versions are passed over, not carried along.
    private static MessageParser<T> Lean<T>(MessageParser<T> parser)
        where T : IMessage<T> => parser.WithDiscardUnknownFields(true);
}
