namespace LlmObs.Ingest.Spooling;

/// <summary>
/// A process's own place in the spool's directory: the first numbered folder nobody holds. What a replica that is gone left in
/// another folder is taken over.
/// </summary>
internal sealed class SpoolDirectory : IDisposable
{
    private const int MaxReplicas = 64;
    private const string LockFile = "lock";
    private const string Extension = ".spool";

    private readonly FileStream held;
    private long last;

    private SpoolDirectory(string path, FileStream held) => (Path, this.held) = (path, held);

    public string Path { get; }

    /// <exception cref="IOException">It cannot be written, or is full of other processes.</exception>
    public static SpoolDirectory Open(string root)
    {
        CreatePrivate(root);
        for (var slot = 1; slot <= MaxReplicas; slot++)
        {
            var path = System.IO.Path.Combine(root, $"{slot}");
            if (TryHold(path) is { } held)
            {
                var directory = new SpoolDirectory(path, held);
                directory.last = directory.Segments().Select(Number).DefaultIfEmpty(0).Max();
                directory.TakeOver(root);
                return directory;
            }
        }

        throw new IOException($"{MaxReplicas} processes hold the folders of {root}.");
    }

    /// <summary>Paths of the segments there are, oldest first.</summary>
    public IReadOnlyList<string> Segments() => [.. Directory.EnumerateFiles(Path, "*" + Extension).Order(StringComparer.Ordinal)];

    public string NewSegment() => System.IO.Path.Combine(Path, $"{++last:D12}{Extension}");

    public void Dispose() => held.Dispose();

    private void TakeOver(string root)
    {
        foreach (var other in Directory.EnumerateDirectories(root).Where(other => other != Path).Order(StringComparer.Ordinal))
        {
            using var abandoned = TryHold(other);
            if (abandoned is not null)
            {
                foreach (var segment in Directory.EnumerateFiles(other, "*" + Extension).Order(StringComparer.Ordinal))
                {
                    File.Move(segment, NewSegment());
                }
            }
        }
    }

    private static FileStream? TryHold(string path)
    {
        CreatePrivate(path);
        try
        {
            return new(System.IO.Path.Combine(path, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(System.IO.Path.Combine(path, LockFile)))
        {
            return null;
        }
    }

    private static long Number(string path) => long.TryParse(System.IO.Path.GetFileNameWithoutExtension(path), out var number) ? number : 0;

    // What people asked their models is in there.
    private static void CreatePrivate(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
