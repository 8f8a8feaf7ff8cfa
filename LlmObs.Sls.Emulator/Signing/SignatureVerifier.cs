using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LlmObs.Sls.Emulator.Http;

namespace LlmObs.Sls.Emulator.Signing;

/// <summary>Decides whether a request was signed by a known key, recently, and as it stands. Throws <see cref="SlsException"/> where not.</summary>
public sealed class SignatureVerifier(EmulatorOptions options, TimeProvider time)
{
    private const string V1Prefix = "LOG ";
    private const string V4Prefix = "SLS4-HMAC-SHA256 ";
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(15);

    public void Verify(SignedRequest request)
    {
        var authorization = request.Header("authorization");
        if (authorization.StartsWith(V1Prefix, StringComparison.Ordinal))
        {
            VerifyV1(request, authorization[V1Prefix.Length..]);
        }
        else if (authorization.StartsWith(V4Prefix, StringComparison.Ordinal))
        {
            VerifyV4(request, authorization[V4Prefix.Length..]);
        }
        else
        {
            throw SlsException.Unauthorized("the request carries no signature: Authorization must start with LOG or SLS4-HMAC-SHA256");
        }
    }

    private void VerifyV1(SignedRequest request, string credentials)
    {
        var (id, signature) = credentials.Split(':', 2) is [var left, var right]
            ? (left, right)
            : throw SlsException.Unauthorized("Authorization is not LOG {AccessKeyId}:{Signature}");
        if (request.Header("x-log-signaturemethod").Length == 0)
        {
            throw SlsException.Invalid("MissingSignatureMethod", "x-log-signaturemethod is missing");
        }
        var secret = SecretOf(id);
        CheckClock(WithoutWeekday(request.Header("date") is { Length: > 0 } date ? date : request.Header("x-log-date")), "d MMM yyyy HH:mm:ss 'GMT'");
        if (request.Header("content-md5") is { Length: > 0 } md5 && !md5.Equals(BodyMd5(request.Body.Span), StringComparison.OrdinalIgnoreCase))
        {
            throw SlsException.Invalid("PostBodyInvalid", "content-md5 does not match the body");
        }
        foreach (var withLogDate in (ReadOnlySpan<bool>)[false, true])
        {
            var expected =
                SignatureV1.Sign(SignatureV1.StringToSign(request, withLogDate), request.Header("x-log-signaturemethod"), secret)
                ?? throw SlsException.Invalid(
                    "InvalidSignatureMethod",
                    $"signature method {request.Header("x-log-signaturemethod")} is not supported"
                );
            if (AreEqual(expected, signature))
            {
                return;
            }
        }
        throw SlsException.SignatureNotMatch(signature);
    }

    private void VerifyV4(SignedRequest request, string credentials)
    {
        var parts = credentials
            .Split(',', StringSplitOptions.TrimEntries)
            .Select(part => part.Split('=', 2))
            .Where(part => part.Length == 2)
            .ToDictionary(part => part[0], part => part[1], StringComparer.Ordinal);
        if (
            parts.GetValueOrDefault("Credential")?.Split('/') is not [var id, var day, var region, "sls", "aliyun_v4_request"]
            || !parts.TryGetValue("Signature", out var signature)
        )
        {
            throw SlsException.Unauthorized(
                "Authorization is not SLS4-HMAC-SHA256 Credential={id}/{day}/{region}/sls/aliyun_v4_request,Signature={hex}"
            );
        }
        var secret = SecretOf(id);
        var dateTime = request.Header("x-log-date");
        CheckClock(dateTime, "yyyyMMdd'T'HHmmss'Z'");
        if (
            !request
                .Header("x-log-content-sha256")
                .Equals(Convert.ToHexStringLower(SHA256.HashData(request.Body.Span)), StringComparison.OrdinalIgnoreCase)
        )
        {
            throw SlsException.Invalid("PostBodyInvalid", "x-log-content-sha256 does not match the body");
        }
        var scope = $"{day}/{region}/sls/aliyun_v4_request";
        foreach (var spelling in Spellings)
        {
            var expected = SignatureV4.Sign(
                SignatureV4.StringToSign(SignatureV4.CanonicalRequest(request, spelling), dateTime, scope),
                secret,
                day,
                region
            );
            if (AreEqual(expected, signature))
            {
                return;
            }
        }
        throw SlsException.SignatureNotMatch(signature);
    }

    private static readonly V4Spelling[] Spellings =
    [
        .. from javaScript in new[] { false, true }
        from host in new[] { true, false }
        from meta in new[] { true, false }
        select new V4Spelling(host, meta, javaScript),
    ];

    // Nobody checks it, and a client's own test vector has a wrong one.
    private static string WithoutWeekday(string date) => date.Split(", ", 2)[^1];

    private string SecretOf(string id) =>
        id.Length == 0
            ? throw SlsException.Invalid("MissAccessKeyId", "Authorization names no access key")
            : options.Keys.GetValueOrDefault(id) ?? throw SlsException.Unauthorized($"AccessKeyId not found: {id}");

    private void CheckClock(string date, string format)
    {
        if (date.Length == 0)
        {
            throw SlsException.Invalid("MissingDate", "the request carries no date");
        }
        if (!DateTimeOffset.TryParseExact(date, format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var signedAt))
        {
            throw SlsException.Invalid("InvalidDateFormat", $"date {date} is not of the form {format}");
        }
        if (options.CheckClock && (time.GetUtcNow() - signedAt).Duration() > Window)
        {
            throw SlsException.Invalid(
                "RequestTimeExpired",
                $"the request was signed at {date}, more than 15 minutes away from the server's time {time.GetUtcNow():R}"
            );
        }
    }

#pragma warning disable CA5351 // Scheme 1 names the body by MD5.
    private static string BodyMd5(ReadOnlySpan<byte> body) => Convert.ToHexString(MD5.HashData(body));
#pragma warning restore CA5351

    private static bool AreEqual(string expected, string given) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(given));
}
