using LlmObs.LocalHost.Running;

namespace LlmObs.LocalHost.Postgres;

/// <summary>PostgreSQL from the distribution, where we may install: root on Debian or Ubuntu.</summary>
internal sealed class AptPostgres(PostgresSearch search, Action<string> say) : IPostgresSource
{
    // Debian starts a server of its own on port 5432 when the package is installed; nobody asked for that one.
    private const string NoOwnCluster = "/etc/postgresql-common/createcluster.d/llmobs.conf";

    public static readonly string[][] Commands =
    [
        ["apt-get", "update", "-q"],
        ["apt-get", "install", "-y", "-q", "--no-install-recommends", "postgresql-common"],
        ["apt-get", "install", "-y", "-q", "--no-install-recommends", "postgresql"],
    ];

    public bool IsAvailable => CanInstall(Environment.IsPrivilegedProcess, OsRelease(), Tool.Find("apt-get") is not null);

    internal static bool CanInstall(bool isRoot, string osRelease, bool hasApt) =>
        isRoot
        && hasApt
        && osRelease
            .Split('\n')
            .Any(line =>
                line.StartsWith("ID", StringComparison.Ordinal)
                && (line.Contains("debian", StringComparison.Ordinal) || line.Contains("ubuntu", StringComparison.Ordinal))
            );

    public async Task<IReadOnlyList<PostgresBinaries>> GetAsync(CancellationToken cancellationToken)
    {
        say("PostgreSQL isn't on this machine: installing the package 'postgresql' with apt.");
        await RunAsync(Commands[0], cancellationToken);
        await RunAsync(Commands[1], cancellationToken);
        Directory.CreateDirectory(Path.GetDirectoryName(NoOwnCluster)!);
        await File.WriteAllTextAsync(NoOwnCluster, "create_main_cluster = false\n", cancellationToken);
        try
        {
            await RunAsync(Commands[2], cancellationToken);
        }
        finally
        {
            File.Delete(NoOwnCluster);
        }

        return await search.FindAsync(cancellationToken);
    }

    private static Task<string> RunAsync(string[] command, CancellationToken cancellationToken) =>
        Tool.RunAsync("env", ["DEBIAN_FRONTEND=noninteractive", .. command], cancellationToken);

    private static string OsRelease() => File.Exists("/etc/os-release") ? File.ReadAllText("/etc/os-release") : "";
}
