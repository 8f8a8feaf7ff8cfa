namespace LlmObs.LocalHost;

/// <summary>Services in <c>AppHost.cs</c>.</summary>
public static class ProjectExtensions
{
    /// <summary>A service, listening where its <c>launchSettings.json</c> says.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this DistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new() => builder.AddProject<TProject>(name, portOption: name);

    internal static IResourceBuilder<ProjectResource> AddProject<TProject>(this DistributedApplicationBuilder builder, string name, string portOption)
        where TProject : IProjectMetadata, new()
    {
        var project = new TProject();
        return builder.Add(new ProjectResource(name, project, new Endpoint("http", LaunchSettings.Of(project).Port, portOption)));
    }

    public static IResourceBuilder<ProjectResource> WithReference(
        this IResourceBuilder<ProjectResource> project,
        IResourceBuilder<IResourceWithConnectionString> source
    )
    {
        project.Resource.References.Add(() => ($"ConnectionStrings__{source.Resource.Name}", source.Resource.ConnectionString));
        return project;
    }

    /// <summary>Tells where the other service is, as service discovery reads it.</summary>
    public static IResourceBuilder<ProjectResource> WithReference(
        this IResourceBuilder<ProjectResource> project,
        IResourceBuilder<ProjectResource> other
    )
    {
        foreach (var endpoint in other.Resource.Endpoints)
        {
            project.Resource.References.Add(() => ($"services__{other.Resource.Name}__{endpoint.Name}__0", endpoint.Url));
        }

        return project;
    }

    /// <summary>A variable of the service's environment.</summary>
    public static IResourceBuilder<ProjectResource> WithEnvironment(this IResourceBuilder<ProjectResource> project, string name, string value)
    {
        project.Resource.References.Add(() => (name, value));
        return project;
    }

    /// <summary>Tells Ingest where people's browsers find the explorer.</summary>
    public static IResourceBuilder<ProjectResource> WithExplorer(this IResourceBuilder<ProjectResource> ingest, IResourceBuilder<ProjectResource> web)
    {
        ingest.Resource.References.Add(() => ("Langfuse__WebUrl", web.Resource.Http.Url));
        return ingest;
    }

    /// <summary>A key for what a service sends. Here each service has the one of this machine.</summary>
    public static IResourceBuilder<ProjectResource> WithApiKey(
        this IResourceBuilder<ProjectResource> project,
        IResourceBuilder<ProjectResource> ingest
    ) => project;

    /// <summary>Starts this only once the other is healthy.</summary>
    public static IResourceBuilder<T> WaitFor<T>(this IResourceBuilder<T> builder, IResourceBuilder<Resource> other)
        where T : Resource
    {
        builder.Resource.WaitsFor.Add(other.Resource);
        return builder;
    }

    /// <summary>One more port, told to the service in the variable <paramref name="env"/> and changed by <c>--port-{name}</c>.</summary>
    public static IResourceBuilder<ProjectResource> WithHttpEndpoint(
        this IResourceBuilder<ProjectResource> project,
        int port,
        string name,
        string env
    )
    {
        project.Resource.Endpoints.Add(new Endpoint(name, port, name) { Env = env });
        return project;
    }

    public static IResourceBuilder<ProjectResource> WithEndpoint(
        this IResourceBuilder<ProjectResource> project,
        string name,
        Action<Endpoint> configure
    )
    {
        configure(project.Resource.Endpoints.Single(endpoint => endpoint.Name == name));
        return project;
    }

    /// <summary>For published stacks; here nothing is open to other machines.</summary>
    public static IResourceBuilder<ProjectResource> WithExternalHttpEndpoints(this IResourceBuilder<ProjectResource> project) => project;

    public static IResourceBuilder<ProjectResource> WithHttpHealthCheck(this IResourceBuilder<ProjectResource> project, string path)
    {
        project.Resource.HealthPath = path;
        return project;
    }

    /// <summary>Publishing is Aspire's: here it does nothing.</summary>
    public static DistributedApplicationBuilder AddDeploymentTargets(this DistributedApplicationBuilder builder) => builder;
}
