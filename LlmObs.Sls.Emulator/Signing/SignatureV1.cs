using System.Security.Cryptography;
using System.Text;

namespace LlmObs.Sls.Emulator.Signing;

/// <summary>Scheme 1: <c>Authorization: LOG id:signature</c>, HMAC-SHA1 or HMAC-SHA256 as <c>x-log-signaturemethod</c> says.</summary>
public static class SignatureV1
{
    /// <param name="withLogDate">Whether <c>x-log-date</c> is covered: the Python client adds it after signing.</param>
    public static string StringToSign(SignedRequest request, bool withLogDate)
    {
        var date = request.Header("date") is { Length: > 0 } sent ? sent : request.Header("x-log-date");
        var text = new StringBuilder()
            .Append(request.Method)
            .Append('\n')
            .Append(request.Header("content-md5"))
            .Append('\n')
            .Append(request.Header("content-type"))
            .Append('\n')
            .Append(date)
            .Append('\n');
        foreach (
            var (name, value) in request
                .Headers.Where(header => IsCovered(header.Key, withLogDate))
                .OrderBy(header => header.Key, StringComparer.Ordinal)
        )
        {
            text.Append(name).Append(':').Append(value).Append('\n');
        }
        text.Append(request.Path);
        var separator = '?';
        foreach (var (key, value) in request.Query.OrderBy(parameter => parameter.Key, StringComparer.Ordinal))
        {
            text.Append(separator).Append(key).Append('=').Append(value);
            separator = '&';
        }
        return text.ToString();
    }

    /// <summary>The signature in Base64; null for a method the service does not know.</summary>
    public static string? Sign(string stringToSign, string method, string secret)
    {
        var key = Encoding.UTF8.GetBytes(secret);
        var data = Encoding.UTF8.GetBytes(stringToSign);
        return method.ToLowerInvariant() switch
        {
#pragma warning disable CA5350 // The service's scheme 1 is HMAC-SHA1; clients still sign with it.
            "hmac-sha1" => Convert.ToBase64String(HMACSHA1.HashData(key, data)),
#pragma warning restore CA5350
            "hmac-sha256" => Convert.ToBase64String(HMACSHA256.HashData(key, data)),
            _ => null,
        };
    }

    private static bool IsCovered(string name, bool withLogDate) =>
        (name.StartsWith("x-log-", StringComparison.Ordinal) || name.StartsWith("x-acs-", StringComparison.Ordinal))
        && (withLogDate || name != "x-log-date");
}
