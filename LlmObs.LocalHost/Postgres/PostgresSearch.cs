namespace LlmObs.LocalHost.Postgres;

/// <summary>Where a machine may have PostgreSQL: on PATH, or where Debian, Red Hat, Homebrew and Postgres.app put it.</summary>
/// <param name="Directories">Directories to look in; one part of each may be a pattern with <c>*</c>.</param>
public sealed record PostgresSearch(IReadOnlyList<string> Directories)
{
    /// <summary>This machine. The environment variable <c>LLMOBS_POSTGRES_BIN</c>, a directory, is obeyed alone when set.</summary>
    public static PostgresSearch Machine { get; } =
        Environment.GetEnvironmentVariable("LLMOBS_POSTGRES_BIN") is { Length: > 0 } chosen
            ? new([chosen])
            : new([
                .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries),
                "/usr/lib/postgresql/*/bin",
                "/usr/pgsql-*/bin",
                "/opt/homebrew/opt/postgresql*/bin",
                "/usr/local/opt/postgresql*/bin",
                "/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
                "/Applications/Postgres.app/Contents/Versions/*/bin",
            ]);

    /// <summary>Every installation found, of any version, the newest first.</summary>
    public async Task<IReadOnlyList<PostgresBinaries>> FindAsync(CancellationToken cancellationToken)
    {
        var found = new List<PostgresBinaries>();
        foreach (var directory in Directories.SelectMany(Expand).Select(Resolve).Distinct())
        {
            if (await PostgresBinaries.InAsync(directory, cancellationToken) is { } binaries)
            {
                found.Add(binaries);
            }
        }

        return [.. found.OrderByDescending(binaries => binaries.Version)];
    }

    private static IEnumerable<string> Expand(string pattern)
    {
        if (!pattern.Contains('*', StringComparison.Ordinal))
        {
            return [pattern];
        }

        var parts = pattern.Split('/');
        var star = Array.FindIndex(parts, part => part.Contains('*', StringComparison.Ordinal));
        var parent = string.Join('/', parts[..star]);
        return Directory.Exists(parent)
            ? Directory.EnumerateDirectories(parent, parts[star]).Select(directory => string.Join('/', [directory, .. parts[(star + 1)..]]))
            : [];
    }

    // A link to postgres alone, as in /usr/local/bin, stands away from the other programs: follow it home.
    private static string Resolve(string directory)
    {
        var server = new FileInfo(Path.Combine(directory, "postgres"));
        return server.Exists && server.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Directory: { } home } ? home.FullName : directory;
    }
}
