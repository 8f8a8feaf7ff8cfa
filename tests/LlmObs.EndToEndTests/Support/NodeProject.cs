using System.Diagnostics;

namespace LlmObs.EndToEndTests.Support;

/// <summary>A folder of Node programs under <c>tests/clients</c>, with the libraries of its lock file.</summary>
internal sealed class NodeProject(string name)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);
    private readonly string folder = Path.Combine(Repository.Root, "tests", "clients", name);

    /// <summary>Installs what the lock file names, unless that was done before.</summary>
    public async Task InstallAsync()
    {
        var wanted = await File.ReadAllTextAsync(Path.Combine(folder, "package-lock.json"));
        var marker = Path.Combine(folder, "node_modules", ".installed");
        if (File.Exists(marker) && await File.ReadAllTextAsync(marker) == wanted)
        {
            return;
        }

        // No script of a package is run.
        await StartAsync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], []);
        await File.WriteAllTextAsync(marker, wanted);
    }

    /// <summary>Runs a program with these environment variables, and returns what it wrote.</summary>
    public Task<(string Output, string Errors)> RunAsync(string[] arguments, Dictionary<string, string> environment) =>
        StartAsync("node", arguments, environment);

    private async Task<(string Output, string Errors)> StartAsync(string program, string[] arguments, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (variable, value) in environment)
        {
            start.Environment[variable] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Deadline);
        return process.ExitCode == 0
            ? (await output, await errors)
            : throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.\n{await output}\n{await errors}"
            );
    }
}
