using System.Globalization;

namespace LlmObs.LocalHost.Running;

/// <summary>Says which process listens on a port, where the system tells us.</summary>
internal static class PortHolder
{
    private const string Listening = "0A";
    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    /// <returns>E.g. <c>process 812 (/usr/bin/postgres -D …)</c>; null when it can't be known, as for other people's processes.</returns>
    public static async Task<string?> FindAsync(int port, CancellationToken cancellationToken)
    {
        var id = OperatingSystem.IsLinux() ? InProc(port) : await FromLsofAsync(port, cancellationToken);
        if (id is null || await ProcessTable.CommandLineAsync(id.Value, cancellationToken) is not { } command)
        {
            return null;
        }

        return $"process {id} ({(command.Length > 60 ? command[..60] + "…" : command)})";
    }

    // /proc/net/tcp names a socket by its inode; the process has a link to that inode among its open files.
    private static int? InProc(int port)
    {
        var sockets = Tables
            .Where(File.Exists)
            .SelectMany(File.ReadLines)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(columns => columns.Length > 9 && columns[3] == Listening && columns[1].EndsWith($":{port:X4}", StringComparison.Ordinal))
            .Select(columns => $"socket:[{columns[9]}]")
            .ToHashSet();
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(process), CultureInfo.InvariantCulture, out var id) && OpenFiles(process).Any(sockets.Contains))
            {
                return id;
            }
        }

        return null;
    }

    private static List<string> OpenFiles(string process)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(Path.Combine(process, "fd")).Select(link => new FileInfo(link).LinkTarget ?? "")];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static async Task<int?> FromLsofAsync(int port, CancellationToken cancellationToken)
    {
        var lsof = await Tool.TryRunAsync("lsof", ["-nP", $"-iTCP:{port}", "-sTCP:LISTEN", "-t"], cancellationToken);
        return int.TryParse(lsof.Output.Split('\n')[0], CultureInfo.InvariantCulture, out var id) ? id : null;
    }
}
