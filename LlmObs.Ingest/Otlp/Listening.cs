using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LlmObs.Ingest.Otlp;

/// <summary>
/// Where Ingest listens: the HTTP addresses of the usual settings (ASPNETCORE_URLS, HTTP_PORTS, HTTPS_PORTS) and one port more for gRPC.
/// A server told to listen on one port in code forgets the addresses of its settings, so both are told here.
/// </summary>
internal static class Listening
{
    public const string GrpcPortSetting = "LLMOBS_OTLP_GRPC_PORT";
    private const int DefaultGrpcPort = 4317;
    private const string DefaultUrl = "http://localhost:4318";

    public static void ConfigureListening(this IWebHostBuilder web) => web.ConfigureKestrel((context, kestrel) =>
    {
        var addresses = Addresses(context.Configuration);
        foreach (var address in addresses)
        {
            kestrel.ListenOn(address, address.Port, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                if (address.Scheme == Uri.UriSchemeHttps)
                {
                    listen.UseHttps();
                }
            });
        }

        var port = context.Configuration.GetValue(GrpcPortSetting, DefaultGrpcPort);
        kestrel.ListenOn(addresses[0], port, listen => listen.Protocols = HttpProtocols.Http2);
    });

    /// <summary>The addresses that the settings name, or the default one of OTLP/HTTP.</summary>
    public static IReadOnlyList<BindingAddress> Addresses(IConfiguration settings)
    {
        const StringSplitOptions options = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        var urls = (settings[WebHostDefaults.ServerUrlsKey] ?? "").Split(';', options);
        if (urls.Length == 0)
        {
            urls =
            [
                .. (settings[WebHostDefaults.HttpPortsKey] ?? "").Split(';', options).Select(port => $"http://*:{port}"),
                .. (settings[WebHostDefaults.HttpsPortsKey] ?? "").Split(';', options).Select(port => $"https://*:{port}"),
            ];
        }

        return [.. (urls.Length == 0 ? [DefaultUrl] : urls).Select(BindingAddress.Parse)];
    }

    private static void ListenOn(this KestrelServerOptions kestrel, BindingAddress address, int port, Action<ListenOptions> configure)
    {
        if (address.IsUnixPipe)
        {
            kestrel.ListenUnixSocket(address.UnixPipePath, configure);
        }
        else if (address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            kestrel.ListenLocalhost(port, configure);
        }
        else if (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip))
        {
            kestrel.Listen(ip, port, configure);
        }
        else
        {
            kestrel.ListenAnyIP(port, configure);
        }
    }
}
