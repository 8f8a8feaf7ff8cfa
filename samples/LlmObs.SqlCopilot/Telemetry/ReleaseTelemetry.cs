using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace LlmObs.SqlCopilot.Telemetry;

/// <summary>Spans and logs of one release.</summary>
internal sealed class ReleaseTelemetry : IDisposable
{
    private readonly TracerProvider _traces;

    public ReleaseTelemetry(Release release, string environment, OtlpTarget? target)
    {
        var resource = ResourceBuilder
            .CreateDefault()
            .AddService("sql-copilot", serviceVersion: release.Version)
            .AddAttributes([new("deployment.environment.name", environment)]);
        var traces = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .AddSource(release.SourceName)
            .AddProcessor(new InheritedTags())
            .AddProcessor(new TimeShift.OfSpans());
        if (target is not null)
        {
            traces.AddOtlpExporter(exporter => target.Apply(exporter, "v1/traces"));
        }

        _traces = traces.Build();
        ModelLogs = LoggerFactory.Create(logging =>
        {
            if (target is not null)
            {
                logging.AddOpenTelemetry(logs =>
                    logs.SetResourceBuilder(resource)
                        .AddProcessor(new TimeShift.OfLogs())
                        .AddOtlpExporter(exporter => target.Apply(exporter, "v1/logs"))
                );
            }
        });
    }

    public ILoggerFactory ModelLogs { get; }

    public void Flush() => _traces.ForceFlush(timeoutMilliseconds: 2_000);

    public void Dispose()
    {
        _traces.Dispose();
        ModelLogs.Dispose();
    }
}
