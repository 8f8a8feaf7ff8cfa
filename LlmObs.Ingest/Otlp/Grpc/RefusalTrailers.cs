using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using LlmObs.Ingest.Otlp.Protos.Rpc;
using GrpcStatus = Grpc.Core.Status;

namespace LlmObs.Ingest.Otlp.Grpc;

/// <summary>A refusal as gRPC tells it: a status, and when the client may come again a RetryInfo beside it.</summary>
internal static class RefusalTrailers
{
    private const string Details = "grpc-status-details-bin";

    public static RpcException ToRpcException(this Refusal refusal)
    {
        var trailers = new Metadata();
        if (refusal.RetryAfter is not null)
        {
            trailers.Add(Details, DetailsOf(refusal).ToByteArray());
        }

        return new(new GrpcStatus(refusal.GrpcStatus, refusal.Message), trailers);
    }

    /// <summary>Answers without running the call: status and details as headers of a response without body.</summary>
    public static void WriteTo(this Refusal refusal, HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "application/grpc";
        response.Headers["grpc-status"] = ((int)refusal.GrpcStatus).ToString(System.Globalization.CultureInfo.InvariantCulture);
        response.Headers["grpc-message"] = Uri.EscapeDataString(refusal.Message);
        if (refusal.RetryAfter is not null)
        {
            response.Headers[Details] = Convert.ToBase64String(DetailsOf(refusal).ToByteArray());
        }
    }

    private static Protos.Rpc.Status DetailsOf(Refusal refusal) =>
        new()
        {
            Code = (int)refusal.GrpcStatus,
            Message = refusal.Message,
            Details = { Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(refusal.RetryAfter ?? TimeSpan.Zero) }) },
        };
}
