using System.Security.Cryptography;
using LlmObs.Sls.Emulator.Signing;
using LlmObs.Sls.Emulator.Storage;

namespace LlmObs.Sls.Emulator.Http;

/// <summary>The edge of every SLS operation: reads and verifies the request, turns refusals into the service's error body.</summary>
public sealed partial class SlsGate(
    EmulatorOptions options,
    SignatureVerifier verifier,
    MemoryTrim memory,
    TimeProvider time,
    ILogger<SlsGate> logger
) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var headers = http.Response.Headers;
        var requestId = Convert.ToHexString(RandomNumberGenerator.GetBytes(12));
        headers["x-log-requestid"] = requestId;
        headers["x-log-time"] = time.GetUtcNow().ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        headers["Server"] = "LlmObs.Sls.Emulator";
        headers.AccessControlAllowOrigin = "*";
        // Older clients compare the type as a whole: no charset behind it.
        http.Response.OnStarting(() =>
        {
            if (http.Response.ContentType?.StartsWith("application/json", StringComparison.Ordinal) == true)
            {
                http.Response.ContentType = "application/json";
            }
            return Task.CompletedTask;
        });
        try
        {
            var call = await SlsCall.ReadAsync(http, options);
            memory.Worked();
            if (!WriteOperations.IsUnsignedTracking(call.Request))
            {
                Verify(call.Request);
            }
            call.Attach(http);
            return await next(context);
        }
        catch (SlsException refusal)
        {
            return Refuse(refusal);
        }
        catch (BadHttpRequestException malformed)
        {
            return Refuse(
                new SlsException(malformed.StatusCode, malformed.StatusCode == 413 ? "PostBodyTooLarge" : "PostBodyInvalid", malformed.Message)
            );
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return Results.Empty;
        }
        catch (IOException unwritable) when (http.Request.Method != "GET")
        {
            Log.Failed(logger, unwritable, requestId);
            return Refuse(new SlsException(503, "ServerBusy", $"it could not be stored: {unwritable.Message}"));
        }
        catch (Exception bug)
        {
            Log.Failed(logger, bug, requestId);
            return Refuse(new SlsException(500, "InternalServerError", $"internal error, see the emulator's log for request {requestId}"));
        }
    }

    private void Verify(SignedRequest request)
    {
        if (request.Header("host").Length == 0)
        {
            throw SlsException.Invalid("MissingHost", "Host is missing, which names the project");
        }
        if (request.Header("x-log-apiversion") is not "0.6.0")
        {
            throw request.Headers.ContainsKey("x-log-apiversion")
                ? SlsException.Invalid("InvalidAPIVersion", $"x-log-apiversion {request.Header("x-log-apiversion")} is not 0.6.0")
                : SlsException.Invalid("MissingAPIVersion", "x-log-apiversion is missing");
        }
        verifier.Verify(request);
    }

    private static IResult Refuse(SlsException refusal) =>
        Results.Json(new { errorCode = refusal.Code, errorMessage = refusal.Message }, statusCode: refusal.Status, contentType: "application/json");

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Request {RequestId} failed")]
        public static partial void Failed(ILogger logger, Exception exception, string requestId);
    }
}
