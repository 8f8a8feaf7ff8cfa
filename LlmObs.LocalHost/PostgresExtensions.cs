namespace LlmObs.LocalHost;

/// <summary>PostgreSQL in <c>AppHost.cs</c>.</summary>
public static class PostgresExtensions
{
    // Beside the usual 5432, which a PostgreSQL of the machine's own may hold.
    private const int DefaultPort = 5433;

    public static IResourceBuilder<PostgresServerResource> AddPostgres(this DistributedApplicationBuilder builder, string name) =>
        builder.Add(new PostgresServerResource(name, DefaultPort));

    /// <summary>For Aspire's containers, which would lose their data; here it is in the data directory anyway.</summary>
    public static IResourceBuilder<PostgresServerResource> WithDataVolume(this IResourceBuilder<PostgresServerResource> server, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return server;
    }

    public static IResourceBuilder<PostgresDatabaseResource> AddDatabase(this IResourceBuilder<PostgresServerResource> server, string name)
    {
        var database = server.ApplicationBuilder.Add(new PostgresDatabaseResource(name, server.Resource)).WaitFor(server);
        server.Resource.Databases.Add(database.Resource);
        return database;
    }
}
