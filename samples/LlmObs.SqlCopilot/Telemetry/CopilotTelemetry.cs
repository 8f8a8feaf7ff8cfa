using Microsoft.Extensions.Options;
using OpenTelemetry.Exporter;

namespace LlmObs.SqlCopilot.Telemetry;

/// <summary>Sends the copilot's business telemetry to LlmObs by the public OTLP exporter, once: each release under its own version.</summary>
/// <remarks>
/// Providers of its own, not those of the service defaults: they report how the stack itself is doing, into another project.
/// Export runs on a background thread; when it fails, spans are dropped and questions go on.
/// </remarks>
internal sealed class CopilotTelemetry(IOptions<CopilotOptions> options, IConfiguration configuration) : IHostedService, IDisposable
{
    private readonly Dictionary<string, ReleaseTelemetry> _releases = ((Release[])[Release.First, Release.Current(options.Value)])
        .DistinctBy(release => release.SourceName)
        .ToDictionary(
            release => release.SourceName,
            release => new ReleaseTelemetry(release, options.Value.Environment, OtlpTarget.From(configuration))
        );

    /// <summary>Where Microsoft.Extensions.AI writes the details of a failed model call: as log events, joined to the span by its ids.</summary>
    public ILoggerFactory ModelLogs(Release release) => _releases[release.SourceName].ModelLogs;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var release in _releases.Values)
        {
            release.Flush();
        }

        return Task.CompletedTask;
    }

    public void Dispose()
    {
        foreach (var release in _releases.Values)
        {
            release.Dispose();
        }
    }
}

/// <summary>Where telemetry goes.</summary>
internal sealed record OtlpTarget(Uri Endpoint, string? Headers)
{
    /// <summary>LlmObs's ingest as the host announces it, else any OTLP receiver that the standard variable names, else none.</summary>
    public static OtlpTarget? From(IConfiguration configuration)
    {
        var key = configuration["LLMOBS_API_KEY"];
        var authorization = string.IsNullOrEmpty(key) ? null : $"Authorization=Bearer {key}";
        if (configuration["services:ingest:http:0"] is { Length: > 0 } ingest)
        {
            // Not null: the standard headers variable belongs to the stack's own telemetry and must not choose our project.
            return new(new(ingest), authorization ?? "");
        }

        return configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 } other ? new(new(other), authorization) : null;
    }

    public void Apply(OtlpExporterOptions exporter, string path)
    {
        exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
        exporter.Endpoint = new(Endpoint.AbsoluteUri.TrimEnd('/') + "/" + path);
        exporter.Headers = Headers ?? exporter.Headers;
        exporter.BatchExportProcessorOptions.ScheduledDelayMilliseconds = 1_000;
        exporter.BatchExportProcessorOptions.MaxQueueSize = 16_384;
    }
}
