namespace LlmObs.LocalHost;

/// <summary>Collects what <c>AppHost.cs</c> names, in its order.</summary>
public sealed class DistributedApplicationBuilder(string[] args)
{
    private readonly List<Resource> resources = [];

    internal IReadOnlyList<string> Args => args;
    internal IReadOnlyList<Resource> Resources => resources;

    public DistributedApplication Build() => new(this);

    internal IResourceBuilder<T> Add<T>(T resource)
        where T : Resource
    {
        resources.Add(resource);
        return new ResourceBuilder<T>(this, resource);
    }
}
