using Google.Protobuf;
using LlmObs.Ingest.Access;
using LlmObs.Storage;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using OpenTelemetry;

namespace LlmObs.Ingest.Otlp.Http;

/// <summary>OTLP over HTTP: protobuf or JSON, told apart by Content-Type and answered in kind.</summary>
internal sealed partial class OtlpHttpEndpoint(
    ExportReceiver receiver,
    SenderAccess access,
    IngestGate gate,
    IngestMetrics metrics,
    IOptions<IngestOptions> options,
    TimeProvider time,
    ILogger<OtlpHttpEndpoint> logger
)
{
    private const string Protobuf = "application/x-protobuf";
    private const string Json = "application/json";

    public async Task HandleAsync<T>(HttpContext context, OtlpSignal<T> signal)
        where T : class, IMessage<T>, new()
    {
        // Receiving telemetry must not make telemetry, or the stack's own would feed on itself.
        using var quiet = SuppressInstrumentationScope.Begin();
        var started = time.GetTimestamp();
        var mediaType = MediaType(context.Request.ContentType);
        var isJson = mediaType == Json;
        var result = mediaType is null
            ? ExportResult.Refused(
                RefusalReason.MediaType,
                $"Content-Type '{context.Request.ContentType}' is not supported; use {Protobuf} or {Json}."
            )
            : await ExportAsync(context, signal, isJson);

        await AnswerAsync(context.Response, result, signal.Response, mediaType ?? Json);
        metrics.Request(signal.Name, isJson ? "http/json" : "http/protobuf", Status(context.Response.StatusCode), time.GetElapsedTime(started));
    }

    private async Task<ExportResult> ExportAsync<T>(HttpContext context, OtlpSignal<T> signal, bool isJson)
        where T : class, IMessage<T>, new()
    {
        try
        {
            var sender = await access.FindAsync(context);
            if (sender.Project is null)
            {
                return new(Refusal: sender.Refusal);
            }

            using var place = await gate.EnterAsync(context.RequestAborted);
            if (place is null)
            {
                return new(Refusal: gate.Full("requests waiting"));
            }

            // Our own limit is told in the client's encoding; the server's would only cut the connection.
            context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize = null;
            var (body, refused) = await RequestBody.ReadAsync(context.Request, gate, place, options.Value.MaxBodyBytes, context.RequestAborted);
            if (body is null)
            {
                return new(Refusal: refused);
            }

            using (body)
            {
                metrics.Received(isJson ? "http/json" : "http/protobuf", body.Length);
                var read = signal.Read(body.Bytes, isJson);
                return read.IsRead
                    ? await signal.ReceiveAsync(receiver, read.Request, sender, context.RequestAborted)
                    : ExportResult.Refused(RefusalReason.Malformed, read.Error);
            }
        }
        catch (StorageUnavailableException e)
        {
            Log.StorageAway(logger, e.Message);
            return new(Refusal: Refusal.StorageAway(options.Value));
        }
    }

    private static async Task AnswerAsync(HttpResponse response, ExportResult result, Func<ExportResult, IMessage> success, string mediaType)
    {
        var message = success(result);
        if (result.Refusal is { } refusal)
        {
            response.StatusCode = refusal.HttpStatus;
            if (refusal.Rate is { } rate)
            {
                rate.WriteTo(response.Headers);
            }
            else if (refusal.RetryAfter is not null)
            {
                response.Headers.RetryAfter = refusal.RetryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
            }

            if (refusal.Reason == RefusalReason.NoCredentials)
            {
                response.Headers.WWWAuthenticate = "Basic realm=\"llmobs\"";
            }

            message = new Protos.Rpc.Status { Code = (int)refusal.GrpcStatus, Message = refusal.Message };
        }

        response.ContentType = mediaType;
        var body = mediaType == Json ? System.Text.Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(message)) : message.ToByteArray();
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body);
    }

    private static string? MediaType(string? contentType)
    {
        var type = (contentType ?? "").Split(';')[0].Trim();
        if (type.Equals(Json, StringComparison.OrdinalIgnoreCase))
        {
            return Json;
        }

        return type.Equals(Protobuf, StringComparison.OrdinalIgnoreCase) || type.Equals("application/protobuf", StringComparison.OrdinalIgnoreCase)
            ? Protobuf
            : null;
    }

    private static string Status(int code) => code.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "PostgreSQL could not take a batch; the client was told to come again: {Reason}")]
        public static partial void StorageAway(ILogger logger, string reason);
    }
}
