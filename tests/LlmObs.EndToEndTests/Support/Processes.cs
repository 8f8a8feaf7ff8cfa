using System.Globalization;

namespace LlmObs.EndToEndTests.Support;

/// <summary>A running process, as /proc tells.</summary>
public sealed record RunningProcess(int Id, int ParentId, string CommandLine, long ResidentBytes);

public static class Processes
{
    /// <summary>All processes started by one, at any depth.</summary>
    public static IReadOnlyList<RunningProcess> Below(int processId)
    {
        var all = All();
        var below = new List<RunningProcess>();
        var parents = new Queue<int>([processId]);
        while (parents.TryDequeue(out var parent))
        {
            foreach (var child in all.Where(process => process.ParentId == parent))
            {
                below.Add(child);
                parents.Enqueue(child.Id);
            }
        }

        return below;
    }

    private static List<RunningProcess> All() => [.. Directory.EnumerateDirectories("/proc").Select(Read).OfType<RunningProcess>()];

    private static RunningProcess? Read(string directory)
    {
        if (!int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            return null;
        }

        try
        {
            var status = File.ReadLines(Path.Combine(directory, "status"))
                .Select(line => line.Split(':', 2))
                .Where(parts => parts.Length == 2)
                .ToDictionary(parts => parts[0], parts => parts[1].Trim());
            var commandLine = File.ReadAllText(Path.Combine(directory, "cmdline")).Replace('\0', ' ');
            return new(
                id,
                int.Parse(status["PPid"], CultureInfo.InvariantCulture),
                commandLine,
                status.TryGetValue("VmRSS", out var kilobytes) ? 1024 * long.Parse(kilobytes.Split(' ')[0], CultureInfo.InvariantCulture) : 0
            );
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or KeyNotFoundException)
        {
            // It ended while we looked.
            return null;
        }
    }
}
