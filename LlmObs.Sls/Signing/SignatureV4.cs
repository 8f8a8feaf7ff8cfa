using System.Security.Cryptography;
using System.Text;

namespace LlmObs.Sls.Signing;

/// <summary><c>SLS4-HMAC-SHA256</c>: a key derived per day and region signs the canonical request. Not AWS's scheme of a similar name: names of parameters stay raw, and there is no list of signed headers on the wire.</summary>
internal static class SignatureV4
{
    private const string Algorithm = "SLS4-HMAC-SHA256";
    private const string Terminator = "aliyun_v4_request";

    /// <summary>Needs the headers x-log-date and x-log-content-sha256.</summary>
    public static string Authorize(SignedMessage message, string accessKeyId, string accessKeySecret, string region)
    {
        var scope = Scope(message, region);
        var signature = HMACSHA256.HashData(SigningKey(accessKeySecret, Day(message), region), Encoding.UTF8.GetBytes(StringToSign(message, region)));
        return $"{Algorithm} Credential={accessKeyId}/{scope},Signature={Convert.ToHexStringLower(signature)}";
    }

    public static string StringToSign(SignedMessage message, string region)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(CanonicalRequest(message)));
        return $"{Algorithm}\n{message.Header("x-log-date")}\n{Scope(message, region)}\n{Convert.ToHexStringLower(hash)}";
    }

    public static string CanonicalRequest(SignedMessage message)
    {
        var headers = message.SignedHeaders(name => name is "content-type" or "host" || SignedMessage.IsLogHeader(name)).ToList();
        var query = message
            .Query.OrderBy(parameter => parameter.Key, StringComparer.Ordinal)
            .Select(parameter => parameter.Value.Length == 0 ? parameter.Key : $"{parameter.Key}={Uri.EscapeDataString(parameter.Value)}");
        return string.Join(
            '\n',
            message.Method,
            message.Path,
            string.Join('&', query),
            string.Concat(headers.Select(header => $"{header.Name}:{header.Value}\n")),
            string.Join(';', headers.Select(header => header.Name)),
            message.Header("x-log-content-sha256")
        );
    }

    public static byte[] SigningKey(string accessKeySecret, string day, string region)
    {
        var key = Encoding.UTF8.GetBytes("aliyun_v4" + accessKeySecret);
        foreach (var step in (string[])[day, region, "sls", Terminator])
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(step));
        }

        return key;
    }

    private static string Scope(SignedMessage message, string region) => $"{Day(message)}/{region}/sls/{Terminator}";

    private static string Day(SignedMessage message) => message.Header("x-log-date")[..8];
}
