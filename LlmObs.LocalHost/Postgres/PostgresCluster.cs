using System.Globalization;
using LlmObs.LocalHost.Running;

namespace LlmObs.LocalHost.Postgres;

/// <summary>A data directory of PostgreSQL and how to serve it. Makes it, recovers it from a killed run, says when the server is ready.</summary>
internal sealed class PostgresCluster
{
    private const string SystemHome = "/var/lib/llmobs";

    private readonly PostgresBinaries binaries;
    private readonly string home;
    private readonly RunUser? user;
    private readonly Action<string> say;

    private PostgresCluster(PostgresBinaries binaries, string home, RunUser? user, string password, Action<string> say) =>
        (this.binaries, this.home, this.user, Password, this.say) = (binaries, home, user, password, say);

    public string Password { get; }

    private string Data => DataIn(home);
    private string PidFile => Path.Combine(Data, "postmaster.pid");

    /// <summary>Opens the cluster in <paramref name="home"/>, made with these databases if there is none yet. Nothing serves it after this.</summary>
    /// <exception cref="LocalHostException">No PostgreSQL fits it, or it can't be made.</exception>
    public static async Task<PostgresCluster> OpenAsync(
        string home,
        PostgresSearch search,
        IReadOnlyList<string> databases,
        Action<string> say,
        CancellationToken cancellationToken
    )
    {
        Directory.CreateDirectory(home);
        var binaries = await PostgresInstaller.ForMachine(search, home, say).FindOrInstallAsync(MajorOf(home), cancellationToken);
        var user = Environment.IsPrivilegedProcess ? await UserAsync(home, say, cancellationToken) : null;
        var passwordFile = Path.Combine(home, "password");
        var passwordIsKnown = File.Exists(passwordFile);
        var cluster = new PostgresCluster(binaries, home, user, await PrivateFile.SecretAsync(passwordFile, "", cancellationToken), say);

        if (!Directory.Exists(cluster.Data))
        {
            await cluster.CreateAsync(databases, cancellationToken);
        }

        await cluster.ClearLeftoversAsync(cancellationToken);
        if (!passwordIsKnown)
        {
            await cluster.RunSqlAsync(cluster.Data, cluster.SetPassword, cancellationToken);
        }

        return cluster;
    }

    /// <summary>
    /// Where a cluster asked for in a directory really is: elsewhere if root asks and the directory is closed to the server's user, as
    /// root's home is. A link to that place is left in the directory, so that who removes the one starts anew.
    /// </summary>
    public static async Task<string> HomeForAsync(string wanted, Action<string> say, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateDirectory(wanted);
        if (directory.ResolveLinkTarget(returnFinalTarget: true) is { } moved)
        {
            return Directory.CreateDirectory(moved.FullName).FullName;
        }

        if (!Environment.IsPrivilegedProcess || await (await RunUser.PostgresAsync(say, cancellationToken)).CanEnterAsync(wanted, cancellationToken))
        {
            return wanted;
        }

        if (directory.EnumerateFileSystemInfos().Any())
        {
            throw new LocalHostException(
                $"User 'postgres' can't enter {wanted}, where PostgreSQL's data is: let others pass through it and the directories above it (chmod o+x)."
            );
        }

        var home = $"{SystemHome}/{Guid.NewGuid():N}";
        Directory.CreateDirectory(home);
        PrivateFile.OpenToAll(SystemHome);
        PrivateFile.OpenToAll(home);
        directory.Delete();
        directory.CreateAsSymbolicLink(home);
        say($"User 'postgres' can't enter {wanted}: PostgreSQL's data is in {home}.");
        return home;
    }

    /// <summary>The server as a process.</summary>
    public ProcessSpec Server(int port, IReadOnlyDictionary<string, string> settings) =>
        Run(["-D", Data, .. Settings(port).Concat(settings).SelectMany(setting => new[] { "-c", $"{setting.Key}={setting.Value}" })]) with
        {
            // Interrupt is PostgreSQL's fast shutdown: sessions are ended, everything is written. Quit ends at once and recovers at the next start.
            StopSignals = [Signal.Int, Signal.Quit],
            StopGrace = TimeSpan.FromSeconds(30),
        };

    /// <summary>Whether this process accepts connections: the eighth line of its pid file says so, as pg_ctl reads it.</summary>
    public bool IsReady(int processId) =>
        ReadPidFile() is [var pid, _, _, _, _, _, _, var status, ..]
        && pid.Trim() == processId.ToString(CultureInfo.InvariantCulture)
        && status.Trim() == "ready";

    /// <summary>Stops a server that outlived its host, and removes the pid file of one that is gone.</summary>
    public async Task ClearLeftoversAsync(CancellationToken cancellationToken)
    {
        if (ReadPidFile() is not [var first, ..] || !int.TryParse(first, CultureInfo.InvariantCulture, out var processId))
        {
            return;
        }

        if (await ProcessTable.CommandLineAsync(processId, cancellationToken) is { } command && command.Contains(Data, StringComparison.Ordinal))
        {
            say($"A PostgreSQL of an earlier run still serves {Data} (process {processId}): stopping it.");
            await ProcessTable.StopAsync(processId, Signal.Int, TimeSpan.FromSeconds(30), cancellationToken);
        }

        // The server refuses to start when its old process id now belongs to some other program.
        File.Delete(PidFile);
    }

    private string SetPassword => $"ALTER ROLE postgres PASSWORD '{Password}'";

    private async Task CreateAsync(IReadOnlyList<string> databases, CancellationToken cancellationToken)
    {
        say($"Making a database cluster with PostgreSQL {binaries.Version} in {Data}.");

        // Built beside and renamed when whole: a host killed here leaves nothing half made.
        var draft = Data + ".new";
        if (Directory.Exists(draft))
        {
            Directory.Delete(draft, recursive: true);
        }

        Directory.CreateDirectory(draft);
        if (user is not null)
        {
            Posix.ChangeOwner(draft, user);
        }

        // Passwords over TCP are all there is: the server opens no socket file (whose path may not be longer than 107 bytes).
        await RunToEndAsync(
            binaries.Initdb,
            [
                "-D",
                draft,
                "--username=postgres",
                "--encoding=UTF8",
                OperatingSystem.IsMacOS() ? "--locale=en_US.UTF-8" : "--locale=C.UTF-8",
                "--auth-local=peer",
                "--auth-host=scram-sha-256",
                "--data-checksums",
                "--no-instructions",
            ],
            null,
            cancellationToken
        );
        await RunSqlAsync(
            draft,
            string.Join('\n', [SetPassword, .. databases.Select(database => $"CREATE DATABASE \"{database}\"")]),
            cancellationToken
        );
        Directory.Move(draft, Data);
    }

    /// <summary>Runs statements, one a line, in a server of its own that nobody else can reach.</summary>
    private Task RunSqlAsync(string data, string statements, CancellationToken cancellationToken) =>
        RunToEndAsync(binaries.Postgres, ["--single", "-D", data, "postgres"], statements + "\n", cancellationToken);

    private async Task RunToEndAsync(string program, string[] arguments, string? input, CancellationToken cancellationToken)
    {
        string[] command = user is null ? [program, .. arguments] : ["setpriv", .. user.Privileges, program, .. arguments];
        await Tool.RunAsync(command[0], command[1..], cancellationToken, input);
    }

    private ProcessSpec Run(IReadOnlyList<string> arguments) =>
        new(binaries.Postgres, arguments)
        {
            WorkingDirectory = home,
            RunAs = user,
            // The settings above are the whole truth: what the shell has set for psql must not reach the server.
            Environment = new Dictionary<string, string?>
            {
                ["PGPORT"] = null,
                ["PGDATA"] = null,
                ["LC_ALL"] = null,
                ["LC_MESSAGES"] = "C",
            },
        };

    private static Dictionary<string, string> Settings(int port) =>
        new()
        {
            ["port"] = port.ToString(CultureInfo.InvariantCulture),
            ["listen_addresses"] = "127.0.0.1",
            ["unix_socket_directories"] = "",
            ["max_connections"] = "100",
            ["shared_buffers"] = "64MB",
            ["huge_pages"] = "off",
            ["logging_collector"] = "off",
            ["log_line_prefix"] = "",
            ["log_checkpoints"] = "off",
        };

    private string[]? ReadPidFile()
    {
        try
        {
            return File.ReadAllLines(PidFile);
        }
        catch (IOException)
        {
            return null;
        }
    }

    // A cluster made by an ordinary user stays that user's, also when root starts it once.
    private static async Task<RunUser> UserAsync(string home, Action<string> say, CancellationToken cancellationToken) =>
        (Directory.Exists(DataIn(home)) ? await RunUser.OwnerOfAsync(DataIn(home), cancellationToken) : null)
        ?? await RunUser.PostgresAsync(say, cancellationToken);

    private static int? MajorOf(string home)
    {
        var file = Path.Combine(DataIn(home), "PG_VERSION");
        return File.Exists(file) ? int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture) : null;
    }

    private static string DataIn(string home) => Path.Combine(home, "data");
}
