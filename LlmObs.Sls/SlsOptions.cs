using System.Data.Common;

namespace LlmObs.Sls;

/// <summary>How requests are signed. <see cref="V4"/> is the one to use; the others are for endpoints that know no V4.</summary>
public enum SlsSignature
{
    /// <summary>HMAC-SHA1.</summary>
    V1,

    /// <summary>HMAC-SHA256 per day and region.</summary>
    V4,

    /// <summary>V1 with HMAC-SHA256.</summary>
    V1Sha256,
}

/// <summary>How bodies travel.</summary>
public enum SlsCompression
{
    /// <summary>LZ4, one block: quick, and every endpoint knows it.</summary>
    Lz4,

    /// <summary>Zstandard: about a third smaller.</summary>
    Zstd,

    /// <summary>zlib.</summary>
    Deflate,

    /// <summary>As they are.</summary>
    None,
}

/// <summary>Where SLS is and who asks.</summary>
/// <param name="Endpoint">Scheme and host, without the project: <c>https://cn-hangzhou.log.aliyuncs.com</c>, or <c>http://localhost:5085</c> for a local one, which is then called with the Host it expects.</param>
/// <param name="Project">Stands before the endpoint in the Host of every request: 3–63 of a–z, 0–9 and '-'.</param>
/// <param name="AccessKeyId">Of a RAM user, or of STS, which gives a <paramref name="SecurityToken"/> with it.</param>
/// <param name="AccessKeySecret">Signs; is never sent.</param>
/// <param name="SecurityToken">Of STS; null for a key that stays.</param>
/// <param name="Signature">How requests are signed.</param>
/// <param name="Region">Goes into V4 signatures: that of the endpoint.</param>
public sealed record SlsOptions(
    Uri Endpoint,
    string Project,
    string AccessKeyId,
    string AccessKeySecret,
    string? SecurityToken = null,
    SlsSignature Signature = SlsSignature.V4,
    string Region = "cn-hangzhou"
)
{
    /// <summary>How long one request may take, connecting included.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a query is asked again while SLS answers with a part (<c>Incomplete</c>). Waits go from 100 ms to 2 s, so 8 take about 7 s.</summary>
    public int IncompleteRetries { get; init; } = 8;

    /// <summary>How bodies of writes are compressed, and answers asked for.</summary>
    public SlsCompression Compression { get; init; } = SlsCompression.Lz4;

    /// <summary>Logs of one request, where a write is split. Older endpoints take 4096.</summary>
    public int MaxGroupLogs { get; init; } = 4096;

    /// <summary>Bytes of one request before compression, where a write is split. SLS takes 10 MB, older endpoints 3.</summary>
    public int MaxGroupBytes { get; init; } = 3 * 1024 * 1024;

    /// <summary>Sends queries as GET, with the query in the URL, for endpoints that do not know POST (GetLogsV2).</summary>
    public bool QueriesByGet { get; init; }

    /// <summary>Reads <c>Endpoint=…;Project=…;AccessKeyId=…;AccessKeySecret=…[;SecurityToken=…][;Signature=V1|V1-SHA256|V4][;Region=…]</c>.</summary>
    /// <exception cref="FormatException">A part is missing or wrong; the message names it.</exception>
    public static SlsOptions Parse(string connectionString)
    {
        var parts = new DbConnectionStringBuilder { ConnectionString = connectionString };
        var endpoint = Required("Endpoint");
        if (!endpoint.Contains("://", StringComparison.Ordinal))
        {
            endpoint = "https://" + endpoint;
        }

        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new FormatException($"Endpoint of the SLS connection string is no http or https address: '{endpoint}'.");
        }

        var signature = Optional("Signature")?.ToUpperInvariant() switch
        {
            null or "V4" => SlsSignature.V4,
            "V1" => SlsSignature.V1,
            "V1-SHA256" => SlsSignature.V1Sha256,
            var other => throw new FormatException($"Signature of the SLS connection string is V1, V1-SHA256 or V4, not '{other}'."),
        };
        return new(
            uri,
            Required("Project"),
            Required("AccessKeyId"),
            Required("AccessKeySecret"),
            Optional("SecurityToken"),
            signature,
            Optional("Region") ?? RegionOf(uri.Host)
        );

        string? Optional(string key) => parts.TryGetValue(key, out var value) && value is string { Length: > 0 } text ? text : null;
        string Required(string key) =>
            Optional(key)
            ?? throw new FormatException($"{key} is missing in the SLS connection string (Endpoint=…;Project=…;AccessKeyId=…;AccessKeySecret=…).");
    }

    private static string RegionOf(string host)
    {
        var label = host.Split('.')[0];
        return host.EndsWith(".aliyuncs.com", StringComparison.Ordinal)
            ? label.Replace("-intranet", "", StringComparison.Ordinal).Replace("-share", "", StringComparison.Ordinal)
            : "cn-hangzhou";
    }

    /// <summary>Without the secrets: a record would print all its members, and a secret in a log line is a leak.</summary>
    public override string ToString() => $"{Endpoint} project {Project}, key {AccessKeyId}";
}
