using System.Globalization;
using Google.Protobuf;
using LlmObs.Sls.Emulator.Catalog;
using LlmObs.Sls.Emulator.Signing;
using LlmObs.Sls.Emulator.Status;
using LlmObs.Sls.Emulator.Storage;
using LlmObs.Sls.Emulator.Wire;

namespace LlmObs.Sls.Emulator.Http;

internal static class WriteOperations
{
    private static int turn;

    /// <summary>Answers once the logs are durable and searchable.</summary>
    public static async Task<IResult> PutLogsAsync(
        HttpContext context,
        string logstore,
        SlsCatalog catalog,
        Quotas quotas,
        EmulatorOptions options,
        Activity activity,
        TimeProvider time
    )
    {
        var call = SlsCall.Of(context);
        var opened = catalog.Open(call.RequiredProject, logstore);
        if (context.Request.ContentLength is null && !context.Request.Headers.ContainsKey("Transfer-Encoding"))
        {
            throw new SlsException(411, "MissingContentLength", "the request has neither Content-Length nor chunks");
        }
        var written = Read(call, options, time);
        if (options.CheckLogTime)
        {
            CheckTimes(written.Group, time.GetUtcNow());
        }
        var shards = catalog.Shards(call.RequiredProject, logstore);
        var shard = call.Request.Path.EndsWith("/shards/route", StringComparison.Ordinal)
            ? Shards.Holding(shards, call.Query("key") ?? throw SlsException.Parameter("key is missing"))
            : Next(shards);
        quotas.CheckWrite(call.RequiredProject, logstore, shard.Id, written.Bytes.Length);
        await opened.AppendAsync(shard.Id, written, context.RequestAborted);
        activity.Wrote(written.Group.Logs.Count, written.Bytes.Length);
        return Results.Ok();
    }

    /// <summary>Takes logs from web pages, signed or not, into logstores that allow it. Their time is the time of receipt.</summary>
    public static async Task<IResult> TrackAsync(HttpContext context, string logstore, SlsCatalog catalog, Activity activity, TimeProvider time)
    {
        var call = SlsCall.Of(context);
        if (!catalog.Logstore(call.RequiredProject, logstore).AllowsTracking)
        {
            throw SlsException.Unauthorized($"logstore {logstore} does not allow web tracking (enable_tracking)");
        }
        var written = WrittenGroup.Of(JsonLogGroup.Read(call.Json(), time.GetUtcNow(), takesTime: false));
        await catalog
            .Open(call.RequiredProject, logstore)
            .AppendAsync(Next(catalog.Shards(call.RequiredProject, logstore)).Id, written, context.RequestAborted);
        activity.Wrote(written.Group.Logs.Count, written.Bytes.Length);
        return Results.Ok();
    }

    /// <summary>The one request that needs no signature.</summary>
    public static bool IsUnsignedTracking(SignedRequest request) =>
        request.Method == "POST" && request.Path.EndsWith("/track", StringComparison.Ordinal) && !request.Headers.ContainsKey("authorization");

    private static Shard Next(IReadOnlyList<Shard> shards)
    {
        var writable = shards.Where(shard => shard.IsWritable).ToList();
        return writable[(int)((uint)Interlocked.Increment(ref turn) % writable.Count)];
    }

    private static WrittenGroup Read(SlsCall call, EmulatorOptions options, TimeProvider time)
    {
        var contentType = call.Request.Header("content-type");
        if (contentType.StartsWith("application/json", StringComparison.OrdinalIgnoreCase))
        {
            return WrittenGroup.Of(JsonLogGroup.Read(JsonLogGroup.Parse(Raw(call, options)), time.GetUtcNow(), takesTime: true));
        }
        if (!contentType.StartsWith("application/x-protobuf", StringComparison.OrdinalIgnoreCase))
        {
            throw contentType.Length == 0
                ? SlsException.Invalid("MissingContentType", "Content-Type is missing")
                : new SlsException(
                    415,
                    "InvalidContentType",
                    $"Content-Type {contentType} is not supported, send application/x-protobuf or application/json"
                );
        }
        try
        {
            var bytes = Raw(call, options);
            return new WrittenGroup(LogGroup.Parser.ParseFrom(bytes.Span), bytes);
        }
        catch (InvalidProtocolBufferException broken)
        {
            throw SlsException.Invalid("PostBodyInvalid", $"the body is not a LogGroup: {broken.Message}");
        }
    }

    private static ReadOnlyMemory<byte> Raw(SlsCall call, EmulatorOptions options)
    {
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
        return compression.Length == 0 ? call.Request.Body : BodyCompression.Decompress(call.Request.Body, compression.ToLowerInvariant(), rawSize);
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
