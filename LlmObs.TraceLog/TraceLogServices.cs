using LlmObs.Sls;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LlmObs.TraceLog;

public static class TraceLogServices
{
    /// <summary>Registers the SLS client of <c>ConnectionStrings:sls</c>, <see cref="SpanSearch"/>, <see cref="SpanLogStore"/> and the health check <c>sls</c>.</summary>
    public static TBuilder AddTraceLog<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddOptions<TraceLogOptions>().BindConfiguration(TraceLogOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton(services =>
        {
            var connection = services.GetRequiredService<IConfiguration>().GetConnectionString("sls");
            return string.IsNullOrEmpty(connection)
                ? throw new InvalidOperationException(
                    "There is no connection to SLS: set ConnectionStrings:sls to Endpoint=…;Project=…;AccessKeyId=…;AccessKeySecret=…."
                )
                : SlsOptions.Parse(connection);
        });
        builder.Services.AddSingleton(services =>
        {
            var options = services.GetRequiredService<SlsOptions>() with
            {
                Timeout = TimeSpan.FromSeconds(services.GetRequiredService<IOptions<TraceLogOptions>>().Value.TimeoutSeconds),
            };
            return new SlsClient(options, SlsClient.CreateHttp(), services.GetRequiredService<TimeProvider>());
        });
        builder.Services.AddSingleton<SpanSearch>();
        builder.Services.AddSingleton<SpanGroups>();
        builder.Services.AddSingleton<SpanPeople>();
        builder.Services.AddSingleton<SpanLogStore>();
        builder.Services.AddSingleton<SpanLogLedger>();
        builder.Services.AddSingleton<SpanLogSurplus>();
        builder.Services.AddSingleton<SlsHealthCheck>();
        builder.Services.AddHealthChecks().AddCheck<SlsHealthCheck>("sls", HealthStatus.Degraded);
        return builder;
    }
}
