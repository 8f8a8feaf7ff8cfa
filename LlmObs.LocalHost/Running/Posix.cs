using System.Runtime.InteropServices;

namespace LlmObs.LocalHost.Running;

/// <summary>Signals by the names and numbers POSIX gives them.</summary>
internal enum Signal
{
    Int = 2,
    Quit = 3,
    Kill = 9,
    Term = 15,
}

/// <summary>Signals and ownership: the few things of libc that .NET has no call for.</summary>
internal static partial class Posix
{
    /// <summary>Sends a signal; false when there is no such process (any more) or it isn't ours.</summary>
    public static bool Send(Signal signal, int processId) => Kill(processId, (int)signal) == 0;

    /// <exception cref="IOException">The owner can't be changed.</exception>
    public static void ChangeOwner(string path, RunUser user)
    {
        if (ChangeOwner(path, user.Uid, user.Gid) != 0)
        {
            throw new IOException($"Can't give {path} to user {user.Uid}: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);
}
