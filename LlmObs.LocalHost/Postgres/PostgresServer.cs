using System.Net;
using System.Net.Sockets;
using LlmObs.LocalHost.Running;

namespace LlmObs.LocalHost.Postgres;

/// <summary>What a <see cref="PostgresServer"/> is asked for.</summary>
public sealed record PostgresServerOptions
{
    /// <summary>Holds everything that stays between runs: the data, the password, binaries that had to be fetched.</summary>
    public required string Directory { get; init; }

    /// <summary>0 takes a free one.</summary>
    public int Port { get; init; } = 5433;

    /// <summary>Made together with the data directory; later ones are made by whoever needs them.</summary>
    public IReadOnlyList<string> Databases { get; init; } = [];

    /// <summary>Settings of postgresql.conf that differ from ours, e.g. <c>fsync=off</c> for tests.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    public PostgresSearch Search { get; init; } = PostgresSearch.Machine;

    /// <summary>Told what is being done (installing, recovering).</summary>
    public Action<string> Say { get; init; } = static _ => { };

    /// <summary>Told each line the server logs.</summary>
    public Action<string> Log { get; init; } = static _ => { };
}

/// <summary>A PostgreSQL server of our own, listening on 127.0.0.1 only. As root it runs as user postgres. It ends with the process that started it.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    // After a kill -9 of the server its backends live on for a moment and hold its shared memory.
    private const string OrphansAreLeaving = "pre-existing shared memory";
    private const int Attempts = 50;

    private readonly PostgresCluster cluster;
    private readonly ChildProcess process;

    private PostgresServer(PostgresCluster cluster, ChildProcess process, int port) => (this.cluster, this.process, Port) = (cluster, process, port);

    public int Port { get; }

    public int ProcessId => process.Id;

    /// <summary>Completes with the exit code when the server ends, asked or not.</summary>
    public Task<int> Exited => process.Exited;

    /// <summary>For Npgsql, as the superuser postgres.</summary>
    public string ConnectionString(string database) => ConnectionString(Port, cluster.Password, database);

    /// <summary>Starts the server, after installing PostgreSQL and making or recovering the data directory as needed. Returns when it accepts connections.</summary>
    /// <exception cref="LocalHostException">PostgreSQL can't be had or doesn't start; the message says what to do, or what the server said.</exception>
    public static async Task<PostgresServer> StartAsync(PostgresServerOptions options, CancellationToken cancellationToken = default)
    {
        var home = await PostgresCluster.HomeForAsync(Path.GetFullPath(options.Directory), options.Say, cancellationToken);
        var cluster = await PostgresCluster.OpenAsync(home, options.Search, options.Databases, options.Say, cancellationToken);
        var port = options.Port == 0 ? FreePort() : options.Port;
        for (var attempt = 1; ; attempt++)
        {
            var tail = new LogTail();
            var process = await ChildProcess.StartAsync(
                cluster.Server(port, options.Settings),
                line =>
                {
                    tail.Add(line);
                    options.Log(line);
                }
            );
            if (await IsReadyAsync(cluster, process, cancellationToken))
            {
                return new PostgresServer(cluster, process, port);
            }

            process.Dispose();
            if (attempt == Attempts || !tail.ToString().Contains(OrphansAreLeaving, StringComparison.Ordinal))
            {
                throw new LocalHostException($"PostgreSQL didn't start on port {port}:\n{tail}");
            }

            await Task.Delay(200, cancellationToken);
        }
    }

    /// <summary>Fast shutdown: sessions are ended, everything is written.</summary>
    public Task StopAsync() => process.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        process.Dispose();
    }

    internal static string ConnectionString(int port, string password, string database) =>
        $"Host=127.0.0.1;Port={port};Username=postgres;Password={password};Database={database}";

    /// <summary>True once it accepts connections, false when it ended before that.</summary>
    private static async Task<bool> IsReadyAsync(PostgresCluster cluster, ChildProcess process, CancellationToken cancellationToken)
    {
        try
        {
            while (!cluster.IsReady(process.Id))
            {
                if (process.Exited.IsCompleted)
                {
                    return false;
                }

                await Task.Delay(50, cancellationToken);
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            await process.StopAsync();
            process.Dispose();
            throw;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
