using LlmObs.LocalHost;
using LlmObs.LocalHost.Services;

namespace LlmObs.Tests.LocalHost;

public sealed class ServiceEnvironmentTests : IDisposable
{
    private readonly Model model = new();

    public void Dispose() => model.Dispose();

    [Fact]
    public void Gives_ingest_its_stores_its_ports_and_its_keys()
    {
        model.Get<PostgresServerResource>("postgres").Password = "secret";
        var environment = EnvironmentOf("ingest");

        Assert.Equal("Host=127.0.0.1;Port=5433;Username=postgres;Password=secret;Database=llmobs", environment["ConnectionStrings__llmobs"]);
        Assert.Equal("Endpoint=http://localhost:5085;Project=llmobs;AccessKeyId=local;AccessKeySecret=local", environment["ConnectionStrings__sls"]);
        Assert.Equal("http://localhost:4318", environment["ASPNETCORE_URLS"]);
        Assert.Equal("4317", environment["LLMOBS_OTLP_GRPC_PORT"]);
        Assert.Equal("http://localhost:5080", environment["Langfuse__WebUrl"]);
        Assert.Equal(
            ("default", "key", "All"),
            (environment["ApiKeys__0__Project"], environment["ApiKeys__0__Key"], environment["ApiKeys__0__Scopes"])
        );
        Assert.Equal(("llmobs", "own"), (environment["ApiKeys__1__Project"], environment["ApiKeys__1__Key"]));
    }

    [Fact]
    public void Tells_web_where_ingest_is_after_a_port_was_changed()
    {
        model.Get<ProjectResource>("ingest").Http.Port = 6318;
        var environment = EnvironmentOf("web");

        Assert.Equal("http://localhost:6318", environment["services__ingest__http__0"]);
        Assert.Equal("http://localhost:4317", environment["services__ingest__otlp-grpc__0"]);
        Assert.Equal("token", environment["Web__LoginToken"]);
        Assert.DoesNotContain("ApiKeys__0__Key", environment.Keys);
    }

    [Fact]
    public void Sends_telemetry_to_ingest_with_the_key_of_the_stacks_own_project()
    {
        var environment = EnvironmentOf("web");
        Assert.Equal("http://localhost:4318", environment["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        Assert.Equal("http/protobuf", environment["OTEL_EXPORTER_OTLP_PROTOCOL"]);
        Assert.Equal("Authorization=Bearer own", environment["OTEL_EXPORTER_OTLP_HEADERS"]);
        Assert.Equal("web", environment["OTEL_SERVICE_NAME"]);
        Assert.StartsWith("service.instance.id=", environment["OTEL_RESOURCE_ATTRIBUTES"], StringComparison.Ordinal);
    }

    [Fact]
    public void Takes_the_http_address_and_the_variables_of_the_launch_profile()
    {
        var environment = EnvironmentOf("sls-emulator");
        Assert.Equal("http://localhost:5085", environment["ASPNETCORE_URLS"]);
        Assert.Equal("yes", environment["FROM_PROFILE"]);
        Assert.Equal(Path.Combine(model.Data, "sls"), environment["Emulator__DataDirectory"]);
        Assert.Equal("--port-sls", model.Get<ProjectResource>("sls-emulator").Http.Option);
    }

    private Dictionary<string, string?> EnvironmentOf(string service)
    {
        using var data = DataDirectory.Open(model.Data);
        var project = model.Get<ProjectResource>(service);
        model.Get<PostgresServerResource>("postgres").Password ??= "any";
        return new ServiceEnvironment(data, new LocalSecrets("key", "own", "token"), model.Get<ProjectResource>("ingest").Http).Of(
            project,
            LaunchSettings.Of(project.Project)
        );
    }
}
