using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Net.Compression;
using LlmObs.Ingest.Access;
using LlmObs.Ingest.Mapping;
using LlmObs.Ingest.Otlp.Grpc;
using LlmObs.Ingest.Otlp.Http;
using LlmObs.Ingest.Otlp.Protos;
using LlmObs.Ingest.Spooling;

namespace LlmObs.Ingest.Otlp;

/// <summary>Registers and maps the OTLP way in.</summary>
public static class OtlpIngest
{
    public static WebApplicationBuilder AddOtlpIngest(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services
            .AddOptions<IngestOptions>()
            .BindConfiguration(IngestOptions.Section)
            .ValidateDataAnnotations()
            .Validate(
                options => options.MaxBytesInFlight >= options.MaxBodyBytes,
                "Ingest:MaxBytesInFlight must not be smaller than Ingest:MaxBodyBytes."
            )
            .ValidateOnStart();
        services
            .AddOptions<ConfiguredKeyOptions>()
            .Configure<IConfiguration>((options, configuration) => configuration.GetSection(ConfiguredKeyOptions.Section).Bind(options.Keys))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddHostedService<KeySeeding>();
        services.AddSingleton<IngestMetrics>();
        services.AddSingleton<IngestGate>();
        services.AddSingleton<SenderAccess>();
        services.AddSingleton<SpanMapper>();
        services.AddSingleton<LogMapper>();
        services.AddSpanDoor();
        services.AddSpool();
        services.AddSingleton<ExportReceiver>();
        services.AddSingleton<OtlpHttpEndpoint>();
        services.AddSingleton<GrpcAdmission>();
        services.AddGrpcExport(builder.Configuration);

        // One line for each export would be exported, and make the next line.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning).AddFilter("Grpc", LogLevel.Warning);
        builder.ConfigureListening();
        return builder;
    }

    public static WebApplication MapOtlpIngest(this WebApplication app)
    {
        app.UseWhen(GrpcAdmission.IsGrpc, grpc => grpc.UseMiddleware<GrpcAdmission>());
        app.MapGrpcService<ExportService<ExportTraceServiceRequest>>();
        app.MapGrpcService<ExportService<ExportLogsServiceRequest>>();
        app.MapGrpcService<ExportService<ExportMetricsServiceRequest>>();

        app.MapExport("/v1/traces", OtlpSignals.Traces);
        app.MapExport("/v1/logs", OtlpSignals.Logs);
        app.MapExport("/v1/metrics", OtlpSignals.Metrics);
        // Langfuse's clients send to these.
        app.MapExport("/api/public/otel/v1/traces", OtlpSignals.Traces);
        app.MapExport("/api/public/otel/v1/metrics", OtlpSignals.Metrics);
        return app;
    }

    private static void AddGrpcExport(this IServiceCollection services, ConfigurationManager configuration)
    {
        var maxBytes = configuration.GetSection(IngestOptions.Section).GetValue(nameof(IngestOptions.MaxBodyBytes), new IngestOptions().MaxBodyBytes);
        services.AddGrpc(grpc =>
        {
            // Its catch-all route would turn a wrong HTTP method on our paths from 405 into 404; gRPC clients read 404 as UNIMPLEMENTED anyway.
            grpc.IgnoreUnknownServices = true;
            grpc.MaxReceiveMessageSize = maxBytes;
            grpc.CompressionProviders = [new BoundedGzip(maxBytes)];
        });
        services.AddGrpcSignal(OtlpSignals.Traces);
        services.AddGrpcSignal(OtlpSignals.Logs);
        services.AddGrpcSignal(OtlpSignals.Metrics);
    }

    private static void AddGrpcSignal<T>(this IServiceCollection services, OtlpSignal<T> signal)
        where T : class, IMessage<T>, new()
    {
        services.AddSingleton(signal);
        services.AddSingleton<ExportService<T>>();
        services.AddSingleton<IServiceMethodProvider<ExportService<T>>, ExportMethod<T>>();
    }

    private static void MapExport<T>(this WebApplication app, string path, OtlpSignal<T> signal)
        where T : class, IMessage<T>, new() =>
        app.MapPost(path, (HttpContext context, OtlpHttpEndpoint endpoint) => endpoint.HandleAsync(context, signal)).ExcludeFromDescription();
}
