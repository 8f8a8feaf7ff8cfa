using System.Globalization;
using System.Security.Cryptography;
using LlmObs.Sls.Signing;
using LlmObs.Sls.Wire;

namespace LlmObs.Ingest.Bench.Sls;

/// <summary>An endpoint of SLS that checks each request's signature, decodes what it is sent, counts it and throws it away; or one that takes logs and never answers.</summary>
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

    private static async Task TakeAsync(HttpContext context)
    {
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer);
        var body = buffer.ToArray();
        if (!IsSigned(context.Request, body))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            await context.Response.WriteAsJsonAsync(
                new { errorCode = "SignatureNotMatch", errorMessage = "The signature is not that of this request." }
            );
            return;
        }

        var rawSize = int.Parse(context.Request.Headers["x-log-bodyrawsize"].ToString(), CultureInfo.InvariantCulture);
        var raw = SlsBody.Decompress(body, context.Request.Headers["x-log-compresstype"].ToString(), rawSize);
        Interlocked.Add(ref logs, LlmObs.Sls.Wire.Proto.LogGroup.Parser.ParseFrom(raw).Logs.Count);
    }

    private static bool IsSigned(HttpRequest request, byte[] body)
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
