using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LlmObs.Ingest.Otlp;

/// <summary>Where Ingest listens: the addresses of the usual settings (ASPNETCORE_URLS, HTTP_PORTS, HTTPS_PORTS) and one port more for gRPC on the same interface.</summary>
/// <remarks>Said as addresses, not by Kestrel's Listen calls: one of those makes the server forget the addresses of its settings.</remarks>
public static class Listening
{
    public const string GrpcPortSetting = "LLMOBS_OTLP_GRPC_PORT";
    private const int DefaultGrpcPort = 4317;
    private const string DefaultUrl = "http://localhost:4318";

    internal static void ConfigureListening(this WebApplicationBuilder builder)
    {
        var grpcPort = builder.Configuration.GetValue(GrpcPortSetting, DefaultGrpcPort);
        builder.WebHost.UseUrls([.. Urls(builder.Configuration, grpcPort)]);
        builder.WebHost.UseSetting(WebHostDefaults.HttpPortsKey, null).UseSetting(WebHostDefaults.HttpsPortsKey, null);

        // Without TLS nothing tells HTTP/2 from HTTP/1.1, so gRPC needs a port where there is only the one.
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.ConfigureEndpointDefaults(listen =>
            {
                if (listen.IPEndPoint?.Port == grpcPort)
                {
                    listen.Protocols = HttpProtocols.Http2;
                }
            })
        );
    }

    /// <summary>The addresses that the settings name, or the default one of OTLP/HTTP, and then the one for gRPC.</summary>
    public static IReadOnlyList<string> Urls(IConfiguration settings, int grpcPort)
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

        urls = urls.Length == 0 ? [DefaultUrl] : urls;
        var addresses = urls.Select(BindingAddress.Parse).ToList();
        var isNamed = addresses.Any(address => address.Port == grpcPort);
        return isNamed ? urls : [.. urls, $"http://{addresses[0].Host}:{grpcPort}"];
    }
}
