namespace LlmObs.LocalHost;

/// <summary>Where a stack keeps everything between runs. One host at a time.</summary>
internal sealed class DataDirectory : IDisposable
{
    private readonly FileStream held;

    private DataDirectory(string path, FileStream held) => (Path, this.held) = (path, held);

    public string Path { get; }
    public string Postgres => In("postgres");
    public string Sls => In("sls");
    public string Spool => In("spool");
    public string Processes => In("run");

    /// <summary>The key of project <c>default</c>, for the people and scripts of this machine.</summary>
    public string ApiKeyFile => In("api-key");

    /// <summary>The key with which the stack reports about itself.</summary>
    public string OwnApiKeyFile => In("api-key-llmobs");

    /// <exception cref="LocalHostException">Another host holds it, or it can't be written.</exception>
    public static DataDirectory Open(string path)
    {
        var mark = System.IO.Path.Combine(path, "host.pid");
        try
        {
            Directory.CreateDirectory(path);
            var held = new FileStream(mark, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            held.SetLength(0);
            held.Write(System.Text.Encoding.UTF8.GetBytes($"{Environment.ProcessId}\n"));
            held.Flush();
            var data = new DataDirectory(path, held);
            CreatePrivate(data.Sls);
            CreatePrivate(data.Spool);
            CreatePrivate(data.Processes);
            return data;
        }
        catch (IOException) when (File.Exists(mark))
        {
            throw new LocalHostException(
                $"LlmObs already runs with the data in {path} (its process id is in {mark}). Stop it, or choose another --data-dir."
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LocalHostException($"Can't keep data in {path}: {e.Message} Choose another --data-dir.");
        }
    }

    /// <summary><c>.llmobs</c> beside the solution that the project is part of; in the current directory when there is none.</summary>
    public static string DefaultFor(string projectPath)
    {
        var directory = new DirectoryInfo(System.IO.Path.GetDirectoryName(projectPath)!);
        while (directory is not null && !(directory.Exists && directory.EnumerateFiles("*.sln").Any()))
        {
            directory = directory.Parent;
        }

        return System.IO.Path.Combine(directory?.FullName ?? Environment.CurrentDirectory, ".llmobs");
    }

    public void Dispose() => held.Dispose();

    // What people asked their models is in there. PostgreSQL sees to its own.
    private static void CreatePrivate(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
