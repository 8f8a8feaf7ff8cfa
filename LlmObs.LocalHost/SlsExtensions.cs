namespace LlmObs.LocalHost;

/// <summary>SLS in <c>AppHost.cs</c>.</summary>
public static class SlsExtensions
{
    public static IResourceBuilder<SlsResource> AddSls(this DistributedApplicationBuilder builder, string name) => builder.Add(new SlsResource(name));

    /// <summary>Runs a project as the local SLS; its port is changed by <c>--port-{name of the SLS resource}</c>.</summary>
    public static IResourceBuilder<SlsResource> RunAsEmulator<TProject>(this IResourceBuilder<SlsResource> sls)
        where TProject : IProjectMetadata, new()
    {
        var emulator = sls
            .ApplicationBuilder.AddProject<TProject>($"{sls.Resource.Name}-emulator", portOption: sls.Resource.Name)
            .WithHttpHealthCheck("/health");
        sls.Resource.Emulator = emulator.Resource;
        return sls.WaitFor(emulator);
    }
}
