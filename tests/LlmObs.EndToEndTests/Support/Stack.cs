using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace LlmObs.EndToEndTests.Support;

/// <summary>The whole stack, started as a user starts it, on ports and in a data directory of its own.</summary>
public sealed partial class Stack : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromMinutes(3);
    private readonly Process host;
    private readonly List<string> output = [];
    private readonly TaskCompletionSource<string> loginLink = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool ownsDataDirectory;

    private Stack(Process host, StackPorts ports, string dataDirectory, bool ownsDataDirectory)
    {
        (this.host, Ports, DataDirectory, this.ownsDataDirectory) = (host, ports, dataDirectory, ownsDataDirectory);
        host.OutputDataReceived += (_, line) => Read(line.Data);
        host.ErrorDataReceived += (_, line) => Read(line.Data);
        host.Exited += (_, _) => loginLink.TrySetException(new InvalidOperationException($"The host ended.\n{Output}"));
    }

    public StackPorts Ports { get; }
    public string DataDirectory { get; }
    public Uri Web => new($"http://localhost:{Ports.Web}");
    public Uri Ingest => new($"http://localhost:{Ports.Ingest}");
    public string LoginLink { get; private set; } = "";
    public string ApiKey => File.ReadAllText(Path.Combine(DataDirectory, "api-key")).Trim();
    public int ProcessId => host.Id;

    public string Output
    {
        get
        {
            lock (output)
            {
                return string.Join('\n', output);
            }
        }
    }

    public static Task<Stack> StartAsync(string? dataDirectory = null, StackPorts? ports = null, params string[] arguments) =>
        StartAsync([], dataDirectory, ports, arguments);

    /// <summary>Starts the stack and waits for its login link. A data directory given is kept, one made is removed.</summary>
    /// <param name="settings">Environment variables, which every service inherits.</param>
    public static async Task<Stack> StartAsync(
        Dictionary<string, string> settings,
        string? dataDirectory = null,
        StackPorts? ports = null,
        params string[] arguments
    )
    {
        var directory = dataDirectory ?? Directory.CreateTempSubdirectory("llmobs-e2e-").FullName;
        var chosen = ports ?? StackPorts.Free();
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = Repository.Root,
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        start.ArgumentList.Add(Repository.BuildOutput("LlmObs.AppHost"));
        foreach (var argument in chosen.Arguments(withDemo: arguments.Contains("--demo")).Concat(["--data-dir", directory]).Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        var stack = new Stack(new Process { StartInfo = start, EnableRaisingEvents = true }, chosen, directory, dataDirectory is null);
        stack.host.Start();
        stack.host.BeginOutputReadLine();
        stack.host.BeginErrorReadLine();
        try
        {
            stack.LoginLink = await stack.loginLink.Task.WaitAsync(StartDeadline);
            return stack;
        }
        catch (TimeoutException)
        {
            var seen = stack.Output;
            await stack.DisposeAsync();
            throw new InvalidOperationException($"The stack was not up within {StartDeadline}.\n{seen}");
        }
    }

    /// <summary>A client of Web's or Ingest's API with the local key.</summary>
    public HttpClient Api()
    {
        var client = new HttpClient { BaseAddress = Web };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ApiKey);
        return client;
    }

    /// <summary>Kills one service's process outright.</summary>
    /// <param name="assembly">LlmObs.Ingest, LlmObs.Web, LlmObs.Sls.Emulator, or postgres.</param>
    public void Kill(string assembly) =>
        Process.GetProcessById(FindProcess(assembly) ?? throw new InvalidOperationException($"{assembly} is not running.\n{Output}")).Kill();

    /// <summary>The service's process id, or null while it is down.</summary>
    public int? FindProcess(string assembly) =>
        assembly == "postgres"
            ? PostmasterId()
            : Processes.Below(ProcessId).FirstOrDefault(process => process.CommandLine.Contains($"{assembly}.dll", StringComparison.Ordinal))?.Id;

    /// <summary>PostgreSQL and everything it started stand still, with their connections open: as good as away, and not seen to be.</summary>
    public void FreezePostgres() => SignalPostgres(Sigstop);

    public void ThawPostgres() => SignalPostgres(Sigcont);

    /// <summary>Asks the host to stop, as Ctrl-C does, and returns its exit code.</summary>
    public async Task<int> StopAsync()
    {
        if (!host.HasExited)
        {
            _ = SendSignal(host.Id, Sigterm);
            await host.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        }

        return host.ExitCode;
    }

    /// <summary>Kills the host itself, as a crash or the kernel would.</summary>
    public async Task KillHostAsync()
    {
        host.Kill();
        await host.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopAsync();
        }
        catch (TimeoutException)
        {
            host.Kill(entireProcessTree: true);
        }

        host.Dispose();
        if (ownsDataDirectory)
        {
            Directory.Delete(DataDirectory, recursive: true);
        }
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (output)
        {
            output.Add(line);
        }

        if (LoginLinkPattern().Match(line) is { Success: true } match)
        {
            loginLink.TrySetResult(match.Value);
        }
    }

    private void SignalPostgres(int signal)
    {
        var postmaster = PostmasterId() ?? throw new InvalidOperationException($"PostgreSQL is not running.\n{Output}");
        foreach (var process in Processes.Below(postmaster).Select(process => process.Id).Prepend(postmaster))
        {
            _ = SendSignal(process, signal);
        }
    }

    private int? PostmasterId() =>
        Directory
            .EnumerateFiles(DataDirectory, "postmaster.pid", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true })
            .Select(file => int.Parse(File.ReadLines(file).First(), System.Globalization.CultureInfo.InvariantCulture))
            .Cast<int?>()
            .FirstOrDefault();

    [GeneratedRegex(@"http://\S+/login\?token=[^\s\x1b]+")]
    private static partial Regex LoginLinkPattern();

    private const int Sigterm = 15;
    private const int Sigcont = 18;
    private const int Sigstop = 19;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int processId, int signal);
}

/// <summary>Ports nobody holds.</summary>
public sealed record StackPorts(int Web, int Ingest, int OtlpGrpc, int Sls, int Postgres, int Quality, int Copilot)
{
    public IEnumerable<string> Arguments(bool withDemo) =>
        [
            "--port-web",
            $"{Web}",
            "--port-ingest",
            $"{Ingest}",
            "--port-otlp-grpc",
            $"{OtlpGrpc}",
            "--port-sls",
            $"{Sls}",
            "--port-postgres",
            $"{Postgres}",
            "--port-quality",
            $"{Quality}",
            .. withDemo ? (string[])["--port-sqlcopilot", $"{Copilot}"] : [],
        ];

    public static StackPorts Free()
    {
        var listeners = Enumerable.Range(0, 7).Select(_ => new TcpListener(System.Net.IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var ports = listeners.ConvertAll(listener => ((System.Net.IPEndPoint)listener.LocalEndpoint).Port);
        listeners.ForEach(listener => listener.Stop());
        return new(ports[0], ports[1], ports[2], ports[3], ports[4], ports[5], ports[6]);
    }
}
