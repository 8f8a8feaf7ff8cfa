using System.Net;
using System.Net.Sockets;

namespace LlmObs.IntegrationTests.Ingest.Faults;

/// <summary>A TCP relay that can hang, and cut connections in the middle of what goes through.</summary>
internal sealed class CutWire : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly int target;
    private readonly Task accepting;
    private volatile TaskCompletionSource open = Opened();
    private long cutEveryBytes;

    public CutWire(int target)
    {
        this.target = target;
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Connections that were cut.</summary>
    public int Cuts { get; private set; }

    /// <summary>Bytes a client may send on one connection before it is cut; 0 for never.</summary>
    public long CutEveryBytes
    {
        set => Interlocked.Exchange(ref cutEveryBytes, value);
    }

    /// <summary>Nothing goes through any more, and nobody is told.</summary>
    public void Hang() => open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Resume() => open.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        Resume();
        listener.Dispose();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                _ = RelayAsync(await listener.AcceptTcpClientAsync(stop.Token));
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, target, stop.Token);
                await Task.WhenAny(
                    PumpAsync(client.GetStream(), server.GetStream(), mayCut: true),
                    PumpAsync(server.GetStream(), client.GetStream(), mayCut: false)
                );
            }
            catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
            {
                // Both ends see it closed.
            }
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, bool mayCut)
    {
        var buffer = new byte[8192];
        var sent = 0L;
        while (await from.ReadAsync(buffer, stop.Token) is > 0 and var count)
        {
            await open.Task.WaitAsync(stop.Token);
            sent += count;
            if (mayCut && Interlocked.Read(ref cutEveryBytes) is > 0 and var most && sent > most)
            {
                // Half of it still arrives.
                await to.WriteAsync(buffer.AsMemory(0, count / 2), stop.Token);
                Cuts++;
                return;
            }

            await to.WriteAsync(buffer.AsMemory(0, count), stop.Token);
        }
    }

    private static TaskCompletionSource Opened()
    {
        var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        opened.SetResult();
        return opened;
    }
}
