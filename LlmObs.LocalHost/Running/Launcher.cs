using System.Diagnostics;

namespace LlmObs.LocalHost.Running;

/// <summary>Puts in front of a command what makes it a good child of ours.</summary>
/// <remarks>
/// A session of its own, so that Ctrl-C in the terminal reaches only the host, which stops its children in order.
/// On Linux a death signal, so that children end when the host is killed. Another user where the host is root.
/// All three programs replace themselves by the command: the process id stays that of the child.
/// </remarks>
internal static class Launcher
{
    public static ProcessStartInfo StartInfo(ProcessSpec spec)
    {
        string[] command = [.. Session(), .. Privileges(spec), spec.FileName, .. spec.Arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = spec.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in spec.Environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private static string[] Session()
    {
        if (OperatingSystem.IsLinux() && Tool.Find("setsid") is { } setsid)
        {
            return [setsid];
        }

        // macOS has no setsid command, but Perl with POSIX.
        return OperatingSystem.IsMacOS() && Tool.Find("perl") is { } perl
            ? [perl, "-MPOSIX", "-e", "POSIX::setsid(); exec { $ARGV[0] } @ARGV or die \"$ARGV[0]: $!\\n\"", "--"]
            : [];
    }

    private static string[] Privileges(ProcessSpec spec)
    {
        if (!OperatingSystem.IsLinux() || Tool.Find("setpriv") is not { } setpriv)
        {
            return spec.RunAs is null
                ? []
                : throw new LocalHostException(
                    "As root, PostgreSQL is started through setpriv (package util-linux), which isn't here. Start as an ordinary user."
                );
        }

        return [setpriv, "--pdeathsig", spec.StopSignals[0].ToString().ToUpperInvariant(), .. spec.RunAs?.Privileges ?? []];
    }
}
