using System.Data.Common;

namespace LlmObs.Sls;

public enum SlsSignature { V1, V4 }

/// <summary>Where SLS is and who asks.</summary>
/// <param name="Endpoint">Scheme and host, without the project: <c>https://cn-hangzhou.log.aliyuncs.com</c>, or <c>http://localhost:5085</c> for a local one, which is then called with the Host it expects.</param>
public sealed record SlsOptions(Uri Endpoint, string Project, string AccessKeyId, string AccessKeySecret, string? SecurityToken = null, SlsSignature Signature = SlsSignature.V4, string Region = "cn-hangzhou")
{
    /// <summary>Reads <c>Endpoint=…;Project=…;AccessKeyId=…;AccessKeySecret=…[;SecurityToken=…][;Signature=V1|V4][;Region=…]</c>.</summary>
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

        var signature = Optional("Signature") switch
        {
            null or "V4" or "v4" => SlsSignature.V4,
            "V1" or "v1" => SlsSignature.V1,
            var other => throw new FormatException($"Signature of the SLS connection string is V1 or V4, not '{other}'."),
        };
        return new(uri, Required("Project"), Required("AccessKeyId"), Required("AccessKeySecret"), Optional("SecurityToken"), signature, Optional("Region") ?? RegionOf(uri.Host));

        string? Optional(string key) => parts.TryGetValue(key, out var value) && value is string { Length: > 0 } text ? text : null;
        string Required(string key) => Optional(key) ?? throw new FormatException($"{key} is missing in the SLS connection string (Endpoint=…;Project=…;AccessKeyId=…;AccessKeySecret=…).");
    }

    private static string RegionOf(string host)
    {
        var label = host.Split('.')[0];
        return host.EndsWith(".aliyuncs.com", StringComparison.Ordinal) ? label.Replace("-intranet", "", StringComparison.Ordinal).Replace("-share", "", StringComparison.Ordinal) : "cn-hangzhou";
    }
}
