using System.Diagnostics;
using System.Globalization;

namespace LlmObs.Ingest.Bench.Stack;

/// <summary>Seconds of CPU that processes have used, from Linux's /proc.</summary>
internal static class CpuClock
{
    private const double TicksPerSecond = 100;

    /// <summary>Of one process.</summary>
    public static double Of(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return process.TotalProcessorTime.TotalSeconds;
    }

    /// <summary>Of a process and all below it, ended children included: PostgreSQL with its sessions.</summary>
    public static double OfTree(int rootId) => Tree(rootId).Sum(stat => stat.Ticks) / TicksPerSecond;

    /// <summary>Bytes in memory of a process and all below it; what they share is counted in each.</summary>
    public static long ResidentBytesOfTree(int rootId) => Tree(rootId).Sum(stat => ResidentBytes(stat.Id));

    /// <summary>Bytes in memory, counted as ps does.</summary>
    public static long ResidentBytes(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return process.WorkingSet64;
    }

    private static List<Stat> Tree(int rootId)
    {
        var children = Directory.EnumerateDirectories("/proc").Select(Read).OfType<Stat>().ToLookup(stat => stat.Parent);
        var tree = new List<Stat>();
        if (Read($"/proc/{rootId.ToString(CultureInfo.InvariantCulture)}") is { } root)
        {
            tree.Add(root);
            for (var i = 0; i < tree.Count; i++)
            {
                tree.AddRange(children[tree[i].Id]);
            }
        }

        return tree;
    }

    private static Stat? Read(string directory)
    {
        try
        {
            if (!int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var id))
            {
                return null;
            }

            // The name of the program stands in parentheses and may hold anything.
            var line = File.ReadAllText(Path.Combine(directory, "stat"));
            var fields = line[(line.LastIndexOf(')') + 2)..].Split(' ');
            return new(id, Number(1), Number(11) + Number(12) + Number(13) + Number(14));

            int Number(int field) => int.Parse(fields[field], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It ended meanwhile.
            return null;
        }
    }

    private sealed record Stat(int Id, int Parent, double Ticks);
}
