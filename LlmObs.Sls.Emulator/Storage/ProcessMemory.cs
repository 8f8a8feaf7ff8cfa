using System.Diagnostics;
using System.Globalization;

namespace LlmObs.Sls.Emulator.Storage;

/// <summary>What the process holds beside the .NET heap.</summary>
internal static class ProcessMemory
{
    /// <summary>Bytes, without pages of files; as it changes, not to the byte.</summary>
    public static long Native => Private - GC.GetGCMemoryInfo().TotalCommittedBytes;

    private static long Private
    {
        get
        {
            if (!OperatingSystem.IsLinux())
            {
                using var process = Process.GetCurrentProcess();
                return process.PrivateMemorySize64;
            }
            // Pages: all, in memory, in memory and of files, …
            var pages = File.ReadAllText("/proc/self/statm").Split(' ');
            return (Number(pages[1]) - Number(pages[2])) * Environment.SystemPageSize;
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
