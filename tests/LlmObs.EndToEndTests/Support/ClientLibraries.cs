using System.Diagnostics;

namespace LlmObs.EndToEndTests.Support;

/// <summary>The Node programs of <c>tests/clients/instrumented</c>: real libraries, at the versions of their lock file.</summary>
public sealed class ClientLibraries : IAsyncLifetime
{
    private readonly string folder = Path.Combine(Repository.Root, "tests", "clients", "instrumented");

    /// <summary>Installs what the lock file names, unless that was done before.</summary>
    public async ValueTask InitializeAsync()
    {
        var wanted = await File.ReadAllTextAsync(Path.Combine(folder, "package-lock.json"));
        var marker = Path.Combine(folder, "node_modules", ".installed");
        if (File.Exists(marker) && await File.ReadAllTextAsync(marker) == wanted)
        {
            return;
        }

        // No script of a package is run.
        await RunAsync("npm", "ci", "--ignore-scripts");
        await File.WriteAllTextAsync(marker, wanted);
    }

    /// <summary>Holds one conversation with a tool under the library, and returns its trace id.</summary>
    public async Task<string> ConverseAsync(string library, Uri endpoint, string key, string session, string user) =>
        (await RunAsync("node", "run.mjs", library, endpoint.GetLeftPart(UriPartial.Authority), key, session, user)).Trim().Split('\n')[^1];

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // Traceloop's library would tell its makers that it runs.
            Environment = { ["TRACELOOP_TELEMETRY"] = "false" },
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(5));
        Assert.True(process.ExitCode == 0, $"{program} {arguments[0]} ended with {process.ExitCode}.\n{await output}\n{await errors}");
        return await output;
    }
}
