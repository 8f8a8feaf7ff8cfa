using LlmObs.LocalHost;

namespace LlmObs.Tests.LocalHost;

/// <summary>The stack as AppHost.cs describes it, with projects that have launch settings and nothing else.</summary>
internal sealed class Model : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("llmobs-model-");

    public Model()
    {
        Emulator.Ports.Value = (directory.FullName, 5085);
        Ingest.Ports.Value = (directory.FullName, 4318);
        Web.Ports.Value = (directory.FullName, 5080);

        var builder = DistributedApplication.CreateBuilder([]);
        var postgres = builder.AddPostgres("postgres").WithDataVolume("volume");
        var database = postgres.AddDatabase("llmobs");
        var sls = builder.AddSls("sls").RunAsEmulator<Emulator>();
        var ingest = builder
            .AddProject<Ingest>("ingest")
            .WithReference(database)
            .WaitFor(database)
            .WithReference(sls)
            .WaitFor(sls)
            .WithHttpEndpoint(port: 4317, name: "otlp-grpc", env: "LLMOBS_OTLP_GRPC_PORT")
            .WithEndpoint("otlp-grpc", e => e.Transport = "http2")
            .WithHttpHealthCheck("/health");
        var web = builder.AddProject<Web>("web").WithReference(ingest).WaitFor(ingest);
        ingest.WithExplorer(web);
        Resources = builder.Resources;
    }

    public IReadOnlyList<Resource> Resources { get; }

    public string Data => Path.Combine(directory.FullName, "data");

    public T Get<T>(string name)
        where T : Resource => Resources.OfType<T>().Single(resource => resource.Name == name);

    public void Dispose() => directory.Delete(recursive: true);

    private sealed class Emulator() : Project(Ports)
    {
        public static readonly AsyncLocal<(string, int)> Ports = new();
    }

    private sealed class Ingest() : Project(Ports)
    {
        public static readonly AsyncLocal<(string, int)> Ports = new();
    }

    private sealed class Web() : Project(Ports)
    {
        public static readonly AsyncLocal<(string, int)> Ports = new();
    }

    private abstract class Project : IProjectMetadata
    {
        protected Project(AsyncLocal<(string Directory, int Port)> place)
        {
            var home = Path.Combine(place.Value.Directory, GetType().Name);
            Directory.CreateDirectory(Path.Combine(home, "Properties"));
            File.WriteAllText(
                Path.Combine(home, "Properties", "launchSettings.json"),
                $$"""
                { "profiles": { "http": {
                    "commandName": "Project",
                    "applicationUrl": "https://localhost:1;http://localhost:{{place.Value.Port}}",
                    "environmentVariables": { "FROM_PROFILE": "yes" } } } }
                """
            );
            ProjectPath = Path.Combine(home, "Project.csproj");
        }

        public string ProjectPath { get; }
        public string AssemblyPath => ProjectPath;
    }
}
