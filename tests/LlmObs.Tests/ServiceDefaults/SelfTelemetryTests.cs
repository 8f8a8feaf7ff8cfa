using LlmObs.ServiceDefaults;
using Microsoft.AspNetCore.Http;

namespace LlmObs.Tests.ServiceDefaults;

public sealed class SelfTelemetryTests
{
    [Theory]
    [InlineData("/v1/traces")]
    [InlineData("/api/public/otel/v1/traces")]
    [InlineData("/opentelemetry.proto.collector.trace.v1.TraceService/Export")]
    [InlineData("/logstores/llmobs-traces/shards/lb")]
    [InlineData("/health")]
    public void Makes_no_telemetry_of_taking_telemetry_in(string path) => Assert.True(SelfTelemetry.IsNoise(RequestTo(path)));

    [Theory]
    [InlineData("/")]
    [InlineData("/traces/4bf92f3577b34da6a3ce929d0e0e4736")]
    [InlineData("/logstores/llmobs-traces/logs")]
    [InlineData("/api/v1/spans")]
    public void Tells_what_people_wait_for(string path) => Assert.False(SelfTelemetry.IsNoise(RequestTo(path)));

    private static HttpRequest RequestTo(string path)
    {
        var context = new DefaultHttpContext();
        context.Request.Path = path;
        return context.Request;
    }
}
