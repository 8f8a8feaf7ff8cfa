using Microsoft.AspNetCore.Http;

namespace LlmObs.ServiceDefaults;

/// <summary>Keeps the stack's view of itself from feeding on itself: receiving telemetry makes none, nor do probes and static files.</summary>
public static class SelfTelemetry
{
    private static readonly string[] Quiet = ["/health", "/alive", "/v1/", "/opentelemetry.", "/css/", "/js/", "/lib/", "/images/"];

    public static bool IsNoise(HttpRequest request) =>
        Quiet.Any(prefix => request.Path.Value?.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) == true);
}
