using System.Globalization;
using Google.Protobuf;
using LlmObs.Sls.Emulator.Catalog;
using LlmObs.Sls.Emulator.Wire;

namespace LlmObs.Sls.Emulator.Http;

internal static class WriteOperations
{
    /// <summary>Answers once the logs are durable and searchable.</summary>
    public static async Task<IResult> PutLogsAsync(HttpContext context, string logstore, SlsCatalog catalog, EmulatorOptions options, TimeProvider time)
    {
        var call = SlsCall.Of(context);
        var opened = catalog.Open(call.RequiredProject, logstore);
        var group = Read(call, options);
        if (options.CheckLogTime)
        {
            CheckTimes(group, time.GetUtcNow());
        }
        await opened.AppendAsync(0, group, context.RequestAborted);
        return Results.Ok();
    }

    private static LogGroup Read(SlsCall call, EmulatorOptions options)
    {
        var contentType = call.Request.Header("content-type");
        if (!contentType.StartsWith("application/x-protobuf", StringComparison.OrdinalIgnoreCase))
        {
            throw contentType.Length == 0
                ? SlsException.Invalid("MissingContentType", "Content-Type is missing")
                : new SlsException(415, "InvalidContentType", $"Content-Type {contentType} is not supported, send application/x-protobuf");
        }
        var stated = call.Request.Header("x-log-bodyrawsize");
        if (stated.Length == 0)
        {
            throw SlsException.Invalid("MissingBodyRawSize", "x-log-bodyrawsize is missing");
        }
        if (!int.TryParse(stated, NumberStyles.None, CultureInfo.InvariantCulture, out var rawSize))
        {
            throw SlsException.Invalid("InvalidBodyRawSize", $"x-log-bodyrawsize {stated} is not a size");
        }
        if (rawSize > options.MaxBodyBytes)
        {
            throw SlsException.Invalid("PostBodyTooLarge", $"the body has {rawSize} bytes, {options.MaxBodyBytes} are allowed");
        }
        var compression = call.Request.Header("x-log-compresstype");
        if (compression.Length == 0 && call.Request.Body.Length != rawSize)
        {
            throw SlsException.Invalid("InvalidBodyRawSize", $"x-log-bodyrawsize is {rawSize}, the body has {call.Request.Body.Length} bytes");
        }
        try
        {
            return LogGroup.Parser.ParseFrom(compression.Length == 0 ? call.Request.Body.Span : BodyCompression.Decompress(call.Request.Body, compression.ToLowerInvariant(), rawSize));
        }
        catch (InvalidProtocolBufferException broken)
        {
            throw SlsException.Invalid("PostBodyInvalid", $"the body is not a LogGroup: {broken.Message}");
        }
    }

    private static void CheckTimes(LogGroup group, DateTimeOffset now)
    {
        var oldest = now.AddDays(-7).ToUnixTimeSeconds();
        var newest = now.AddMinutes(15).ToUnixTimeSeconds();
        foreach (var log in group.Logs.Where(log => log.Time < oldest || log.Time > newest))
        {
            throw SlsException.Invalid("InvalidTimestamp", $"log time {log.Time} is outside the last 7 days and the next 15 minutes");
        }
    }
}
