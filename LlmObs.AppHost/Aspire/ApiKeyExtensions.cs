using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static class ApiKeyExtensions
{
    /// <summary>Gives a service a key that Ingest takes. It is kept in user secrets, so that it is the same at every start.</summary>
    public static IResourceBuilder<ProjectResource> WithApiKey(
        this IResourceBuilder<ProjectResource> project,
        IResourceBuilder<ProjectResource> ingest
    )
    {
        var name = project.Resource.Name;
        var key = project.ApplicationBuilder.AddParameter(
            $"{name}-api-key",
            new GenerateParameterDefault { MinLength = 32, Special = false },
            secret: true,
            persist: true
        );
        ingest.WithEnvironment("ApiKeys__0__Name", name).WithEnvironment("ApiKeys__0__Key", key);
        return project.WithEnvironment("LLMOBS_API_KEY", key);
    }
}
