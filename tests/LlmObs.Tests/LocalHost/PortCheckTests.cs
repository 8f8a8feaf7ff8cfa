using System.Net;
using System.Net.Sockets;
using LlmObs.LocalHost;
using LlmObs.LocalHost.Running;

namespace LlmObs.Tests.LocalHost;

public sealed class PortCheckTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Names_the_port_its_holder_and_the_option_that_changes_it()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var refusal = await Assert.ThrowsAsync<LocalHostException>(() => PortCheck.EnsureFreeAsync([new Endpoint("http", port, "web")], Cancel));
        Assert.Contains($"Port {port} is taken", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--port-web PORT", refusal.Message, StringComparison.Ordinal);
        if (OperatingSystem.IsLinux())
        {
            Assert.Contains($"by process {Environment.ProcessId} (", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Says_so_without_a_name_when_the_holder_is_not_ours_to_see() =>
        Assert.Equal("Port 4318 is taken: choose another one with --port-ingest PORT.", PortCheck.Taken(new Endpoint("http", 4318, "ingest"), null));

    [Fact]
    public async Task Notices_two_services_that_want_the_same_port()
    {
        var free = FreePort();
        var refusal = await Assert.ThrowsAsync<LocalHostException>(() =>
            PortCheck.EnsureFreeAsync([new Endpoint("http", free, "web"), new Endpoint("http", free, "ingest")], Cancel)
        );
        Assert.Contains("--port-web and --port-ingest", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_content_with_a_free_port() => await PortCheck.EnsureFreeAsync([new Endpoint("http", FreePort(), "web")], Cancel);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
