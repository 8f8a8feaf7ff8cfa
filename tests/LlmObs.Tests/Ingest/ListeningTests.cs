using LlmObs.Ingest.Otlp;
using Microsoft.Extensions.Configuration;

namespace LlmObs.Tests.Ingest;

public sealed class ListeningTests
{
    [Theory]
    [InlineData(null, null, "http://localhost:4318;http://localhost:4317")]
    [InlineData("http://localhost:5000", null, "http://localhost:5000;http://localhost:4317")]
    [InlineData("http://0.0.0.0:4318", null, "http://0.0.0.0:4318;http://0.0.0.0:4317")]
    [InlineData("http://+:4318;https://+:4319", "8080", "http://+:4318;https://+:4319;http://+:4317")]
    [InlineData(null, "8080", "http://*:8080;http://*:4317")]
    [InlineData("http://localhost:4318;http://localhost:4317", null, "http://localhost:4318;http://localhost:4317")]
    public void Adds_the_gRPC_port_on_the_interface_of_the_others(string? urls, string? ports, string expected)
    {
        var settings = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["urls"] = urls, ["http_ports"] = ports })
            .Build();
        Assert.Equal(expected, string.Join(';', Listening.Urls(settings, 4317)));
    }
}
