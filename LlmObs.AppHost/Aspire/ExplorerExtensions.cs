using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static class ExplorerExtensions
{
    /// <summary>
    /// Tells Ingest where people's browsers find the explorer. For a published stack only its operator knows: <c>Langfuse:WebUrl</c> is set there by hand.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithExplorer(
        this IResourceBuilder<ProjectResource> ingest,
        IResourceBuilder<ProjectResource> web
    ) => ingest.ApplicationBuilder.ExecutionContext.IsRunMode ? ingest.WithEnvironment("Langfuse__WebUrl", web.GetEndpoint("http")) : ingest;
}
