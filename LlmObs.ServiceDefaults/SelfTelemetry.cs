using Microsoft.AspNetCore.Http;

namespace LlmObs.ServiceDefaults;

/// <summary>
/// Keeps the stack's view of itself from feeding on itself: taking in telemetry makes none, whether as spans at Ingest or as logs at the emulator.
/// Nor do probes and static files.
/// </summary>
public static class SelfTelemetry
{
    private static readonly string[] QuietPrefixes =
    [
        "/health",
        "/alive",
        "/v1/",
        "/api/public/otel/",
        "/opentelemetry.",
        "/css/",
        "/js/",
        "/lib/",
        "/images/",
    ];

    // PutLogs at the emulator: what the shipper sends, the stack's own spans among it.
    private const string QuietPart = "/shards/";

    public static bool IsNoise(HttpRequest request)
    {
        var path = request.Path.Value ?? "";
        return QuietPrefixes.Any(prefix => path.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            || path.Contains(QuietPart, StringComparison.Ordinal);
    }
}
