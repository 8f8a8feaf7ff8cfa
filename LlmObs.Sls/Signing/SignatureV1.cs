using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace LlmObs.Sls.Signing;

/// <summary><c>Authorization: LOG {id}:{base64(HMAC(secret, string to sign))}</c>; the digest is the one x-log-signaturemethod names.</summary>
internal static class SignatureV1
{
    public static string Authorize(SignedMessage message, string accessKeyId, string accessKeySecret)
    {
        var key = Encoding.UTF8.GetBytes(accessKeySecret);
        var text = Encoding.UTF8.GetBytes(StringToSign(message));
        var digest = message.Header("x-log-signaturemethod") == "hmac-sha256" ? HMACSHA256.HashData(key, text) : Sha1(key, text);
        return $"LOG {accessKeyId}:{Convert.ToBase64String(digest)}";
    }

    public static string StringToSign(SignedMessage message)
    {
        var text = new StringBuilder()
            .Append(message.Method)
            .Append('\n')
            .Append(message.Header("Content-MD5"))
            .Append('\n')
            .Append(message.Header("Content-Type"))
            .Append('\n')
            .Append(message.Header("Date"))
            .Append('\n');
        foreach (var (name, value) in message.SignedHeaders(SignedMessage.IsLogHeader))
        {
            text.Append(name).Append(':').Append(value).Append('\n');
        }

        text.Append(message.Path);
        var separator = '?';
        foreach (var (name, value) in message.Query.OrderBy(parameter => parameter.Key, StringComparer.Ordinal))
        {
            text.Append(separator).Append(name).Append('=').Append(value);
            separator = '&';
        }

        return text.ToString();
    }

    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "The protocol's older signature is HMAC-SHA1.")]
    private static byte[] Sha1(byte[] key, byte[] text) => HMACSHA1.HashData(key, text);
}
