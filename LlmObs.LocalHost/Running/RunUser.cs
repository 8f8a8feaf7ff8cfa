using System.Globalization;

namespace LlmObs.LocalHost.Running;

/// <summary>The unprivileged user a child runs as when the host is root.</summary>
internal sealed record RunUser(uint Uid, uint Gid)
{
    private const string Postgres = "postgres";

    /// <summary>The user <c>postgres</c>, made if the system has none. PostgreSQL refuses to run as root.</summary>
    public static async Task<RunUser> PostgresAsync(Action<string> say, CancellationToken cancellationToken)
    {
        if (await FindAsync(cancellationToken) is { } user)
        {
            return user;
        }

        say("PostgreSQL refuses to run as root: adding the system user 'postgres' for it.");
        await Tool.RunAsync("useradd", ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", Postgres], cancellationToken);
        return await FindAsync(cancellationToken)
            ?? throw new LocalHostException("The user 'postgres' couldn't be made. Add it by hand, or start as an ordinary user.");
    }

    /// <summary>Whom the directory belongs to; null when that is root.</summary>
    public static async Task<RunUser?> OwnerOfAsync(string directory, CancellationToken cancellationToken)
    {
        string[] format = OperatingSystem.IsMacOS() ? ["-f", "%u %g"] : ["-c", "%u %g"];
        var ids = (await Tool.RunAsync("stat", [.. format, directory], cancellationToken)).Split(' ');
        var owner = new RunUser(Parse(ids[0]), Parse(ids[1]));
        return owner.Uid == 0 ? null : owner;
    }

    /// <summary>Whether this user can enter the directory: a home directory of root, for one, is closed to others.</summary>
    public async Task<bool> CanEnterAsync(string directory, CancellationToken cancellationToken) =>
        (await Tool.TryRunAsync("setpriv", [.. Privileges, "test", "-x", directory], cancellationToken)).ExitCode == 0;

    /// <summary>Arguments that make <c>setpriv</c> become this user.</summary>
    public string[] Privileges => [$"--reuid={Uid}", $"--regid={Gid}", "--clear-groups"];

    private static async Task<RunUser?> FindAsync(CancellationToken cancellationToken)
    {
        var uid = await Tool.TryRunAsync("id", ["-u", Postgres], cancellationToken);
        return uid.ExitCode == 0 ? new RunUser(Parse(uid.Output), Parse(await Tool.RunAsync("id", ["-g", Postgres], cancellationToken))) : null;
    }

    private static uint Parse(string id) => uint.Parse(id, CultureInfo.InvariantCulture);
}
