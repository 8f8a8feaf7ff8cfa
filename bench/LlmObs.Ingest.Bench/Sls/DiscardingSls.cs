using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using Google.Protobuf;
using K4os.Compression.LZ4;
using LlmObs.Sls.Signing;
using LlmObs.Sls.Wire.Proto;

namespace LlmObs.Ingest.Bench.Sls;

/// <summary>An endpoint of SLS that checks each request's signature, unpacks it, counts its logs and throws it away; or one that takes logs and never answers.</summary>
internal static class DiscardingSls
{
    public const string Secret = "local";
    private const string Region = "cn-hangzhou";
    private static long logs;

    public static async Task ServeAsync(Uri url, bool hangs)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(url.ToString());
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        var app = builder.Build();
        app.MapGet("/discarded", () => Volatile.Read(ref logs).ToString(CultureInfo.InvariantCulture));
        app.MapPost(
            "/logstores/{logstore}/shards/{shard}",
            async context =>
            {
                if (hangs)
                {
                    await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    return;
                }

                await TakeAsync(context);
            }
        );
        app.MapGet("/logstores/{logstore}/index", () => Results.Json(new { errorCode = "IndexConfigNotExist", errorMessage = "" }, statusCode: 404));
        // Was the batch written before? Nothing ever is.
        app.MapPost(
            "/logstores/{logstore}/logs",
            () =>
                Results.Json(
                    new
                    {
                        meta = new
                        {
                            progress = "Complete",
                            hasSQL = true,
                            keys = (string[])["logs"],
                        },
                        data = new[] { new { logs = "0" } },
                    }
                )
        );
        app.MapFallback(() => Results.Json(new { }));
        await app.RunAsync();
    }

    // As cheap as checking can be: it runs on the cores that are measured.
    private static async Task TakeAsync(HttpContext context)
    {
        var length = (int)context.Request.ContentLength!.Value;
        var rawSize = int.Parse(context.Request.Headers["x-log-bodyrawsize"].ToString(), CultureInfo.InvariantCulture);
        var (body, raw) = (ArrayPool<byte>.Shared.Rent(length), ArrayPool<byte>.Shared.Rent(rawSize));
        try
        {
            await context.Request.Body.ReadExactlyAsync(body.AsMemory(0, length));
            if (!IsSigned(context.Request, body.AsSpan(0, length)))
            {
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                await context.Response.WriteAsJsonAsync(
                    new { errorCode = "SignatureNotMatch", errorMessage = "The signature is not that of this request." }
                );
            }
            else if (LZ4Codec.Decode(body.AsSpan(0, length), raw.AsSpan(0, rawSize)) != rawSize)
            {
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
                await context.Response.WriteAsJsonAsync(new { errorCode = "PostBodyUncompressError", errorMessage = "The body is not of its size." });
            }
            else
            {
                Interlocked.Add(ref logs, CountLogs(raw, rawSize));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(body);
            ArrayPool<byte>.Shared.Return(raw);
        }
    }

    private static int CountLogs(byte[] group, int length)
    {
        var count = 0;
        using var input = new CodedInputStream(group, 0, length);
        while (input.ReadTag() is not 0 and var tag)
        {
            count += WireFormat.GetTagFieldNumber(tag) == LogGroup.LogsFieldNumber ? 1 : 0;
            input.SkipLastField();
        }

        return count;
    }

    private static bool IsSigned(HttpRequest request, ReadOnlySpan<byte> body)
    {
        var message = new SignedMessage(
            request.Method,
            request.Path,
            request.Query.ToDictionary(parameter => parameter.Key, parameter => parameter.Value.ToString()),
            request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString())
        );
        return message.Header("x-log-content-sha256") == Convert.ToHexStringLower(SHA256.HashData(body))
            && request.Headers.Authorization.ToString() == SignatureV4.Authorize(message, "local", Secret, Region);
    }
}
