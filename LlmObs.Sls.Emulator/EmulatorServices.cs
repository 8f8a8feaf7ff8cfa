using LlmObs.Sls.Emulator.Catalog;
using LlmObs.Sls.Emulator.Http;
using LlmObs.Sls.Emulator.Queries;
using LlmObs.Sls.Emulator.Signing;
using LlmObs.Sls.Emulator.Status;
using LlmObs.Sls.Emulator.Storage;
using Microsoft.Extensions.Options;

namespace LlmObs.Sls.Emulator;

public static class EmulatorServices
{
    /// <summary>Registers the local SLS: options, engine, catalog, queries, and the workers that age logs out and delete them.</summary>
    public static WebApplicationBuilder AddSlsEmulator(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<EmulatorOptions>().BindConfiguration(EmulatorOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.PostConfigure<EmulatorOptions>(options =>
        {
            if (options.Keys.Count == 0)
            {
                options.Keys["local"] = "local";
            }
        });
        builder.Services.AddSingleton(services => services.GetRequiredService<IOptions<EmulatorOptions>>().Value);
        builder.Services.AddSingleton<SignatureVerifier>();
        builder.Services.AddSingleton<Engine>();
        builder.Services.AddSingleton<SlsCatalog>();
        builder.Services.AddSingleton<ConsumerGroups>();
        builder.Services.AddSingleton<Quotas>();
        builder.Services.AddSingleton<Statements>();
        builder.Services.AddSingleton<LogQueries>();
        builder.Services.AddSingleton<LogDeletion>();
        builder.Services.AddSingleton<DeletionTasks>();
        builder.Services.AddSingleton<DeletionWorker>();
        builder.Services.AddSingleton<ReadOperations>();
        builder.Services.AddSingleton<Activity>();
        builder.Services.AddSingleton<StatusReader>();
        builder.Services.AddSingleton<MemoryTrim>();
        builder.Services.AddHostedService(services => services.GetRequiredService<MemoryTrim>());
        builder.Services.AddHostedService(services => services.GetRequiredService<DeletionWorker>());
        builder.Services.AddHostedService<Retention>();
        // A line per request costs more than the request.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        // One log is at most some MB; the limit here only has to stand above MaxBodyBytes so that our own error is the one seen.
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 512L * 1024 * 1024);
        return builder;
    }
}
