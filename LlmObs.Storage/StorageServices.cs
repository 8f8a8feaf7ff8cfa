using Microsoft.Extensions.Hosting;

namespace LlmObs.Storage;

public static class StorageServices
{
    /// <summary>Registers every reader and writer over the NpgsqlDataSource that ServiceDefaults registered for the connection <c>llmobs</c>.</summary>
    /// <param name="ownsSchema">True in Ingest, which creates the database when it is missing and applies migrations; the others wait for the schema.</param>
    public static TBuilder AddLlmObsStorage<TBuilder>(this TBuilder builder, bool ownsSchema)
        where TBuilder : IHostApplicationBuilder => throw new NotImplementedException();
}
