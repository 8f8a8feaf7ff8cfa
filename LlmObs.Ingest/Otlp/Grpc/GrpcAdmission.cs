using LlmObs.Ingest.Access;
using LlmObs.Storage;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace LlmObs.Ingest.Otlp.Grpc;

/// <summary>Stands before the gRPC calls, because the framework reads a whole message before it runs a call: who may not send, or finds no room, is told so first.</summary>
internal sealed class GrpcAdmission(SenderAccess access, IngestGate gate, IngestMetrics metrics, IOptions<IngestOptions> options, TimeProvider time)
    : IMiddleware
{
    // Most gRPC clients do not say how much they will send.
    private const int UsualBytes = 1024 * 1024;

    public static bool IsGrpc(HttpContext context) =>
        context.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>What admission found for the call: the sender, who has a project, and the call's place.</summary>
    public static Admitted Of(HttpContext context) => context.Features.GetRequiredFeature<Admitted>();

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        using var quiet = OpenTelemetry.SuppressInstrumentationScope.Begin();
        var started = time.GetTimestamp();
        if (await RefuseAsync(context, next) is { } refusal)
        {
            refusal.WriteTo(context.Response);
        }

        metrics.Request(Signal(context.Request.Path), "grpc", GrpcStatus(context.Response), time.GetElapsedTime(started));
    }

    private async Task<Refusal?> RefuseAsync(HttpContext context, RequestDelegate next)
    {
        var sender = await SenderAsync(context);
        if (sender.Project is null)
        {
            return sender.Refusal;
        }

        using var place = await gate.EnterAsync(context.RequestAborted);
        if (place is null)
        {
            return gate.Full("requests waiting");
        }

        if (!place.TryGrow(Math.Min(context.Request.ContentLength ?? UsualBytes, options.Value.MaxBodyBytes)))
        {
            return gate.Full("bytes in flight");
        }

        context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize = null;
        context.Features.Set(new Admitted(sender, place));
        await next(context);
        return null;
    }

    private async Task<Sender> SenderAsync(HttpContext context)
    {
        try
        {
            return await access.FindAsync(context);
        }
        catch (StorageUnavailableException)
        {
            return new(null, Refusal.StorageAway(options.Value));
        }
    }

    private static string Signal(PathString path) =>
        path.Value switch
        {
            ['/', .. var rest] when rest.StartsWith(OtlpSignals.Traces.GrpcService, StringComparison.Ordinal) => OtlpSignals.Traces.Name,
            ['/', .. var rest] when rest.StartsWith(OtlpSignals.Logs.GrpcService, StringComparison.Ordinal) => OtlpSignals.Logs.Name,
            ['/', .. var rest] when rest.StartsWith(OtlpSignals.Metrics.GrpcService, StringComparison.Ordinal) => OtlpSignals.Metrics.Name,
            _ => "unknown",
        };

    private static string GrpcStatus(HttpResponse response)
    {
        var trailers = response.HttpContext.Features.Get<IHttpResponseTrailersFeature>()?.Trailers;
        return trailers?["grpc-status"].ToString() is { Length: > 0 } status ? status : response.Headers["grpc-status"].ToString();
    }

    internal sealed record Admitted(Sender Sender, IngestGate.Place Place);
}
