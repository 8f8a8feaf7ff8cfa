using System.Net;

namespace LlmObs.Sls.Wire;

/// <summary>Where a project's requests go, and the Host they carry: SLS reads the project from its first label.</summary>
internal sealed record SlsAddress(Uri Base, string Host)
{
    public static SlsAddress Of(SlsOptions options)
    {
        var endpoint = options.Endpoint;
        var port = endpoint.IsDefaultPort ? "" : $":{endpoint.Port}";
        var host = $"{options.Project}.{endpoint.Host}{port}";
        var target = HasNamesBelow(endpoint.Host) ? $"{endpoint.Scheme}://{host}/" : $"{endpoint.Scheme}://{endpoint.Authority}/";
        return new(new Uri(target), host);
    }

    /// <summary>Where operations on the account go: no project in Host.</summary>
    public static SlsAddress OfAccount(SlsOptions options) =>
        new(new Uri($"{options.Endpoint.Scheme}://{options.Endpoint.Authority}/"), options.Endpoint.Authority);

    // project.localhost, project.127.0.0.1 or project.emulator resolve nowhere (or not everywhere): such endpoints are connected to as they are.
    private static bool HasNamesBelow(string host) =>
        !IPAddress.TryParse(host.Trim('[', ']'), out _)
        && host.Contains('.', StringComparison.Ordinal)
        && !host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
}
