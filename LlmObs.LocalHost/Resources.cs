using LlmObs.LocalHost.Postgres;

namespace LlmObs.LocalHost;

/// <summary>Something <c>AppHost.cs</c> names.</summary>
public abstract class Resource(string name)
{
    public string Name => name;

    /// <summary>What must be healthy before this starts.</summary>
    internal List<Resource> WaitsFor { get; } = [];
}

/// <summary>A resource that others reach by <c>ConnectionStrings__{name}</c>.</summary>
public interface IResourceWithConnectionString
{
    string Name { get; }

    /// <summary>Known once the resource is healthy.</summary>
    string ConnectionString { get; }
}

/// <summary>A PostgreSQL server of our own.</summary>
public sealed class PostgresServerResource(string name, int port) : Resource(name)
{
    public Endpoint Endpoint { get; } = new("tcp", port, name);

    internal List<PostgresDatabaseResource> Databases { get; } = [];

    /// <summary>Known once the server runs; it is kept in the data directory.</summary>
    internal string? Password { get; set; }
}

/// <summary>A database of <see cref="PostgresServerResource"/>.</summary>
public sealed class PostgresDatabaseResource(string name, PostgresServerResource server) : Resource(name), IResourceWithConnectionString
{
    public string ConnectionString =>
        PostgresServer.ConnectionString(
            server.Endpoint.Port,
            server.Password ?? throw new InvalidOperationException($"{server.Name} hasn't started."),
            Name
        );
}

/// <summary>SLS: here always the emulator.</summary>
public sealed class SlsResource(string name) : Resource(name), IResourceWithConnectionString
{
    internal ProjectResource? Emulator { get; set; }

    public string ConnectionString =>
        Emulator is { } emulator
            ? $"Endpoint={emulator.Http.Url};Project=llmobs;AccessKeyId=local;AccessKeySecret=local"
            : throw new InvalidOperationException($"{Name} has no emulator: call RunAsEmulator.");
}

/// <summary>One of our services, run as a process.</summary>
public sealed class ProjectResource(string name, IProjectMetadata project, Endpoint http) : Resource(name)
{
    public IProjectMetadata Project => project;
    public Endpoint Http => http;

    /// <summary>Null: it counts as healthy once it runs.</summary>
    internal string? HealthPath { get; set; }
    internal List<Endpoint> Endpoints { get; } = [http];

    /// <summary>What references add to the environment, evaluated right before each start.</summary>
    internal List<Func<(string Name, string Value)>> References { get; } = [];
}
