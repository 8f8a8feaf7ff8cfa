using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LlmObs.IntegrationTests.Ingest.Faults;

/// <summary>Where a transaction's way to its end is interrupted.</summary>
public enum CommitMoment
{
    /// <summary>PostgreSQL does not hear of it.</summary>
    Before,

    /// <summary>PostgreSQL has done it; its answer does not arrive.</summary>
    After,
}

/// <summary>A TCP relay before PostgreSQL that can hang, cut connections in the middle of what goes through, and stop one transaction at its commit.</summary>
internal sealed class CutWire : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly int target;
    private readonly Task accepting;
    private volatile TaskCompletionSource open = Opened();
    private long cutEveryBytes;
    private volatile Hold? hold;

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

    /// <summary>The next transaction in which a client says <paramref name="words"/> stands still at its commit; everything else goes on.</summary>
    /// <returns>When it stands there.</returns>
    public Task HoldCommitOf(string words, CommitMoment moment)
    {
        hold = new(words, moment);
        return hold.Reached.Task;
    }

    /// <summary>Closes the connection that is held; no other will be.</summary>
    public void LetGo()
    {
        hold?.LetGo.TrySetResult();
        hold = null;
    }

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
            var said = new Said();
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, target, stop.Token);
                await Task.WhenAny(
                    PumpAsync(client.GetStream(), server.GetStream(), said, isClient: true),
                    PumpAsync(server.GetStream(), client.GetStream(), said, isClient: false)
                );
            }
            catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
            {
                // Both ends see it closed.
            }
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, Said said, bool isClient)
    {
        var buffer = new byte[8192];
        var sent = 0L;
        while (await from.ReadAsync(buffer, stop.Token) is > 0 and var count)
        {
            await open.Task.WaitAsync(stop.Token);
            sent += count;
            if (hold is { } held && isClient && said.CommitsWhat(held.Words, buffer.AsSpan(0, count)))
            {
                if (held.Moment == CommitMoment.After)
                {
                    said.AnswersHeld = held;
                    await to.WriteAsync(buffer.AsMemory(0, count), stop.Token);
                }

                held.Reached.TrySetResult();
                await held.LetGo.Task.WaitAsync(stop.Token);
                return;
            }

            if (said.AnswersHeld is { } answers)
            {
                await answers.LetGo.Task.WaitAsync(stop.Token);
                return;
            }

            if (isClient && Interlocked.Read(ref cutEveryBytes) is > 0 and var most && sent > most)
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

    private sealed class Hold(string words, CommitMoment moment)
    {
        public string Words => words;
        public CommitMoment Moment => moment;
        public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public TaskCompletionSource LetGo { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>What a client has said on one connection since its last commit.</summary>
    private sealed class Said
    {
        private const string Commit = "COMMIT\0";
        private readonly StringBuilder text = new();

        /// <summary>Keeps the server's answers from going through.</summary>
        public volatile Hold? AnswersHeld;

        public bool CommitsWhat(string words, ReadOnlySpan<byte> more)
        {
            var all = text.Append(Encoding.Latin1.GetString(more)).ToString();
            var commit = all.LastIndexOf(Commit, StringComparison.Ordinal);
            if (commit < 0)
            {
                return false;
            }

            text.Clear().Append(all.AsSpan(commit + Commit.Length));
            return all.AsSpan(0, commit).Contains(words, StringComparison.Ordinal);
        }
    }
}
