using System.Text.Json;
using LlmObs.Domain;
using LlmObs.Ingest.Access;
using LlmObs.Ingest.Otlp;
using LlmObs.Ingest.Otlp.Http;
using LlmObs.Storage;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using OpenTelemetry;

namespace LlmObs.Ingest.Langfuse;

/// <summary>What every call of Langfuse's API goes through: who calls, how much at once, how large, is PostgreSQL there.</summary>
internal sealed partial class LangfuseRequest(
    SenderAccess access,
    IngestGate gate,
    IngestMetrics metrics,
    IOptions<IngestOptions> options,
    TimeProvider time,
    ILogger<LangfuseRequest> logger
)
{
    /// <summary>A call without a body.</summary>
    public Task<IResult> HandleAsync(HttpContext context, string name, Func<Project, Task<IResult>> answer) =>
        GuardAsync(
            context,
            name,
            async () =>
            {
                var sender = await access.FindAsync(context);
                return sender.Project is null ? LangfuseAnswer.Of(sender.Refusal!, context.Response) : await answer(sender.Project);
            }
        );

    /// <summary>A call with a JSON body.</summary>
    /// <param name="takesPublicHalf">Pages may make it, which hold only the public half of a pair.</param>
    public Task<IResult> HandleJsonAsync(
        HttpContext context,
        string name,
        Func<Sender, JsonElement, Task<IResult>> answer,
        bool takesPublicHalf = false
    ) =>
        GuardAsync(
            context,
            name,
            async () =>
            {
                var sender = await access.FindAsync(context, takesPublicHalf);
                return sender.Project is null
                    ? LangfuseAnswer.Of(sender.Refusal!, context.Response)
                    : await WithBodyAsync(
                        context,
                        options.Value.MaxBodyBytes,
                        async body =>
                        {
                            try
                            {
                                using var document = JsonDocument.Parse(body.Bytes);
                                return await answer(sender, document.RootElement);
                            }
                            catch (JsonException e)
                            {
                                return LangfuseAnswer.Invalid($"the body is not JSON: {e.Message}");
                            }
                        }
                    );
            }
        );

    /// <summary>A call without a key: the body is bytes.</summary>
    public Task<IResult> HandleBytesAsync(HttpContext context, string name, int maxBytes, Func<byte[], Task<IResult>> answer) =>
        GuardAsync(context, name, () => WithBodyAsync(context, maxBytes, body => answer(System.Buffers.BuffersExtensions.ToArray(body.Bytes))));

    private async Task<IResult> WithBodyAsync(HttpContext context, int maxBytes, Func<RequestBody, Task<IResult>> answer)
    {
        using var place = await gate.EnterAsync(context.RequestAborted);
        if (place is null)
        {
            return LangfuseAnswer.Of(gate.Full("requests waiting"), context.Response);
        }

        context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize = null;
        var (body, refused) = await RequestBody.ReadAsync(context.Request, gate, place, maxBytes, context.RequestAborted);
        if (body is null)
        {
            return LangfuseAnswer.Of(refused!, context.Response);
        }

        using (body)
        {
            metrics.Received("langfuse", body.Length);
            return await answer(body);
        }
    }

    private async Task<IResult> GuardAsync(HttpContext context, string name, Func<Task<IResult>> answer)
    {
        using var quiet = SuppressInstrumentationScope.Begin();
        var started = time.GetTimestamp();
        IResult result;
        try
        {
            result = await answer();
        }
        catch (StorageUnavailableException e)
        {
            Log.StorageAway(logger, e.Message);
            result = LangfuseAnswer.Of(Refusal.StorageAway(options.Value), context.Response);
        }

        var status = (result as IStatusCodeHttpResult)?.StatusCode ?? StatusCodes.Status200OK;
        metrics.Request(name, "langfuse", status.ToString(System.Globalization.CultureInfo.InvariantCulture), time.GetElapsedTime(started));
        return result;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "PostgreSQL could not take a Langfuse request; the client was told to come again: {Reason}")]
        public static partial void StorageAway(ILogger logger, string reason);
    }
}
