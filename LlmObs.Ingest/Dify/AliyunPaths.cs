using System.Text.RegularExpressions;

namespace LlmObs.Ingest.Dify;

/// <summary>
/// Dify's Alibaba Cloud provider puts the key into the path, <c>/adapt_KEY/api/otlp/traces</c>, under whatever path the endpoint has; it is OTLP
/// over HTTP otherwise. When the provider is saved it sends HEAD there and wants a 405, which is what the OTLP path answers.
/// </summary>
internal static partial class AliyunPaths
{
    private const string KeyHeader = "x-api-key";

    public static Task RewriteAsync(HttpContext context, RequestDelegate next)
    {
        if (Adapted().Match(context.Request.Path.Value ?? "") is { Success: true } match)
        {
            context.Request.Path = "/v1/traces";
            context.Request.Headers.Authorization = default;
            context.Request.Headers[KeyHeader] = match.Groups["key"].Value;
        }

        return next(context);
    }

    [GeneratedRegex(@"^(?:/[^?]*)?/adapt_(?<key>[^/]{1,500})/api/(?:otlp|v1)/traces$", RegexOptions.NonBacktracking)]
    private static partial Regex Adapted();
}
