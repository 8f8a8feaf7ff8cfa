using System.Security.Cryptography;
using System.Text;

namespace LlmObs.Sls.Emulator.Signing;

/// <summary>Which spelling of a V4 signature to compute: clients differ in what they cover and how they escape.</summary>
/// <param name="JavaScriptEscapes">One Node client leaves <c>! ' ( )</c> bare and escapes only the first <c>*</c>.</param>
public sealed record V4Spelling(bool WithHost, bool WithMeta, bool JavaScriptEscapes);

/// <summary>Scheme 4: <c>Authorization: SLS4-HMAC-SHA256 Credential=…,Signature=…</c>.</summary>
public static class SignatureV4
{
    public static string CanonicalRequest(SignedRequest request, V4Spelling spelling)
    {
        var headers = request.Headers.Where(header => IsCovered(header.Key, spelling)).OrderBy(header => header.Key, StringComparer.Ordinal).ToList();
        var query = request
            .Query.OrderBy(parameter => parameter.Key, StringComparer.Ordinal)
            .Select(parameter =>
                parameter.Value.Length == 0 ? parameter.Key : $"{parameter.Key}={Escape(parameter.Value, spelling.JavaScriptEscapes)}"
            );
        var text = new StringBuilder().Append(request.Method).Append('\n').Append(request.Path).Append('\n').AppendJoin('&', query).Append('\n');
        foreach (var (name, value) in headers)
        {
            text.Append(name).Append(':').Append(value).Append('\n');
        }
        return text.Append('\n')
            .AppendJoin(';', headers.Select(header => header.Key))
            .Append('\n')
            .Append(request.Header("x-log-content-sha256"))
            .ToString();
    }

    public static string StringToSign(string canonicalRequest, string dateTime, string scope) =>
        $"SLS4-HMAC-SHA256\n{dateTime}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonicalRequest)))}";

    /// <param name="day"><c>yyyyMMdd</c></param>
    public static string Sign(string stringToSign, string secret, string day, string region)
    {
        var key = Hmac(Encoding.UTF8.GetBytes("aliyun_v4" + secret), day);
        key = Hmac(key, region);
        key = Hmac(key, "sls");
        key = Hmac(key, "aliyun_v4_request");
        return Convert.ToHexStringLower(Hmac(key, stringToSign));
    }

    private static byte[] Hmac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private static bool IsCovered(string name, V4Spelling spelling) =>
        name switch
        {
            "content-type" => true,
            "host" => spelling.WithHost,
            _ when name.StartsWith("x-log-meta-", StringComparison.Ordinal) => spelling.WithMeta,
            _ => name.StartsWith("x-log-", StringComparison.Ordinal) || name.StartsWith("x-acs-", StringComparison.Ordinal),
        };

    private static string Escape(string value, bool javaScript)
    {
        var escaped = Uri.EscapeDataString(value);
        if (!javaScript)
        {
            return escaped;
        }
        escaped = escaped
            .Replace("%21", "!", StringComparison.Ordinal)
            .Replace("%27", "'", StringComparison.Ordinal)
            .Replace("%28", "(", StringComparison.Ordinal)
            .Replace("%29", ")", StringComparison.Ordinal);
        var first = escaped.IndexOf("%2A", StringComparison.Ordinal);
        return first < 0 ? escaped : escaped[..(first + 3)] + escaped[(first + 3)..].Replace("%2A", "*", StringComparison.Ordinal);
    }
}
