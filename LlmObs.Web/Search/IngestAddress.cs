using LlmObs.Web.Shell;
using Microsoft.Extensions.Options;

namespace LlmObs.Web.Search;

/// <summary>Where applications send to, as their machines see it: configured, else the discovered service under the host this page was asked by.</summary>
public sealed class IngestAddress(IOptions<WebOptions> options, IConfiguration configuration, IHttpContextAccessor accessor)
{
    private const int HttpPort = 4318;
    private const int GrpcPort = 4317;

    public Uri Http
    {
        get
        {
            if (options.Value.PublicIngestUrl is { } configured)
            {
                return new(configured);
            }

            var host = accessor.HttpContext?.Request.Host.Host ?? "localhost";
            return Uri.TryCreate(configuration["services:ingest:http:0"], UriKind.Absolute, out var found) && !found.IsLoopback
                ? found
                : new UriBuilder(Uri.UriSchemeHttp, host, found?.Port ?? HttpPort).Uri;
        }
    }

    public Uri Grpc
    {
        get
        {
            if (options.Value.PublicGrpcUrl is { } configured)
            {
                return new(configured);
            }

            var port = Uri.TryCreate(configuration["services:ingest:otlp-grpc:0"], UriKind.Absolute, out var found) ? found.Port : GrpcPort;
            return new UriBuilder(Http.Scheme, Http.Host, port).Uri;
        }
    }

    /// <summary>True when the sender runs beside us and needs no key.</summary>
    public bool IsLocal => Http.IsLoopback;
}
