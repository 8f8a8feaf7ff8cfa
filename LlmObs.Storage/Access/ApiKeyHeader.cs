using System.Text;
using Microsoft.AspNetCore.Http;

namespace LlmObs.Storage.Access;

/// <summary>The one place that knows how clients send a key.</summary>
public static class ApiKeyHeader
{
    /// <summary>The key in <c>Authorization: Bearer</c>, <c>Authorization: Basic</c> (the password; Langfuse's secret key) or <c>x-api-key</c>; null when none is sent.</summary>
    /// <remarks>What cannot be read is a wrong key, not a missing one: a sender that needs no key, with a broken header, must hear of it.</remarks>
    public static string? Read(IHeaderDictionary headers)
    {
        var authorization = headers.Authorization.ToString();
        if (authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return authorization["Bearer ".Length..].Trim();
        }

        if (authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            return Password(authorization["Basic ".Length..].Trim());
        }

        return headers["x-api-key"].ToString() is { Length: > 0 } key ? key.Trim() : null;
    }

    /// <summary>The public half of a Langfuse pair, which a page sends alone in <c>Authorization: Bearer</c>; null when something else is sent.</summary>
    public static string? ReadPublicHalf(IHeaderDictionary headers) =>
        headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
        && Read(headers) is { } key
        && Secret.IsPublicHalf(key)
            ? key
            : null;

    private static string? Password(string base64)
    {
        var bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, bytes, out var count))
        {
            return "";
        }

        var pair = Encoding.UTF8.GetString(bytes, 0, count);
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        return pair[(colon + 1)..];
    }
}
