using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace LlmObs.SqlCopilot.Telemetry;

/// <summary>Sends the copilot's business telemetry to LlmObs by the public OTLP exporter, once.</summary>
/// <remarks>
/// A provider of its own, not the one of the service defaults: that one reports how the stack itself is doing, into another project.
/// Export runs on a background thread; when it fails, spans are dropped and questions go on.
/// </remarks>
internal sealed class CopilotTelemetry : IHostedService, IDisposable
{
    private readonly TracerProvider _traces;

    public CopilotTelemetry(IOptions<CopilotOptions> options, IConfiguration configuration)
    {
        var resource = ResourceBuilder
            .CreateDefault()
            .AddService("sql-copilot", serviceVersion: options.Value.Version)
            .AddAttributes([new("deployment.environment.name", options.Value.Environment)]);
        var traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(Spans.SourceName).AddProcessor(new InheritedTags());
        var target = OtlpTarget.From(configuration);
        if (target is not null)
        {
            traces.AddOtlpExporter(exporter => target.Apply(exporter, "v1/traces"));
        }

        _traces = traces.Build();
        ModelLogs = LoggerFactory.Create(logging =>
        {
            if (target is not null)
            {
                logging.AddOpenTelemetry(logs => logs.SetResourceBuilder(resource).AddOtlpExporter(exporter => target.Apply(exporter, "v1/logs")));
            }
        });
    }

    /// <summary>Where Microsoft.Extensions.AI writes the details of a failed model call: as log events, joined to the span by its ids.</summary>
    public ILoggerFactory ModelLogs { get; }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _traces.ForceFlush(timeoutMilliseconds: 2_000);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _traces.Dispose();
        ModelLogs.Dispose();
    }

    private sealed record OtlpTarget(Uri Endpoint, string? Headers)
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
        }
    }
}
