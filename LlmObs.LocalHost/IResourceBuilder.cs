namespace LlmObs.LocalHost;

/// <summary>Carries a resource through the calls that describe it, as in Aspire.</summary>
public interface IResourceBuilder<out T>
{
    T Resource { get; }
    DistributedApplicationBuilder ApplicationBuilder { get; }
}

internal sealed record ResourceBuilder<T>(DistributedApplicationBuilder ApplicationBuilder, T Resource) : IResourceBuilder<T>;
