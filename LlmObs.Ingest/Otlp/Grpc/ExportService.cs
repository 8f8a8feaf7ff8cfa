using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using LlmObs.Ingest.Access;
using LlmObs.Ingest.Otlp.Reading;
using LlmObs.Storage;
using Microsoft.Extensions.Options;
using OpenTelemetry;

namespace LlmObs.Ingest.Otlp.Grpc;

/// <summary>One signal's Export call over gRPC. <see cref="GrpcAdmission"/> has already let the sender in.</summary>
internal sealed partial class ExportService<T>(
    OtlpSignal<T> signal,
    ExportReceiver receiver,
    IngestMetrics metrics,
    IOptions<IngestOptions> options,
    ILogger<ExportService<T>> logger
)
    where T : class, IMessage<T>, new()
{
    public async Task<IMessage> ExportAsync(GrpcRequest<T> request, ServerCallContext call)
    {
        // As over HTTP: receiving telemetry makes none.
        using var quiet = SuppressInstrumentationScope.Begin();
        var context = call.GetHttpContext();
        var (sender, place) = GrpcAdmission.Of(context);
        await place.TakeTurnAsync(request.Bytes, call.CancellationToken);
        var result = await ReceiveAsync(request, sender, call.CancellationToken);
        metrics.Received("grpc", request.Bytes);
        if (result.Refusal is { } refusal)
        {
            throw refusal.ToRpcException();
        }

        return signal.Response(result);
    }

    private async Task<ExportResult> ReceiveAsync(GrpcRequest<T> request, Sender sender, CancellationToken cancellationToken)
    {
        if (!request.Read.IsRead)
        {
            return ExportResult.Refused(RefusalReason.Malformed, request.Read.Error);
        }

        try
        {
            return await signal.ReceiveAsync(receiver, request.Read.Request, sender, cancellationToken);
        }
        catch (StorageUnavailableException e)
        {
            Log.StorageAway(logger, e.Message);
            return new(Refusal: Refusal.StorageAway(options.Value));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "PostgreSQL could not take a batch; the client was told to come again: {Reason}")]
        public static partial void StorageAway(ILogger logger, string reason);
    }
}

/// <summary>A decoded call. Bytes that cannot be read arrive as such, so that the answer is INVALID_ARGUMENT and says why.</summary>
internal sealed record GrpcRequest<T>(ReadResult<T> Read, long Bytes)
    where T : class;

/// <summary>Binds the call by hand instead of by a generated base class: its marshaller is our reader, which forgives bytes that are no UTF-8.</summary>
internal sealed class ExportMethod<T>(OtlpSignal<T> signal) : IServiceMethodProvider<ExportService<T>>
    where T : class, IMessage<T>, new()
{
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<ExportService<T>> context)
    {
        var requests = Marshallers.Create<GrpcRequest<T>>(
            (_, _) => throw new NotSupportedException("Requests are only read here."),
            payload => new(signal.Read(payload.PayloadAsReadOnlySequence(), isJson: false), payload.PayloadLength)
        );
        var responses = Marshallers.Create<IMessage>(
            (message, payload) => payload.Complete(message.ToByteArray()),
            _ => throw new NotSupportedException("Responses are only written here.")
        );
        var method = new Method<GrpcRequest<T>, IMessage>(MethodType.Unary, signal.GrpcService, "Export", requests, responses);
        context.AddUnaryMethod(method, [], (service, request, call) => service.ExportAsync(request, call));
    }
}
