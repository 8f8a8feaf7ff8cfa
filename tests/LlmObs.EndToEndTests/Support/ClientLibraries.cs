using System.Diagnostics;
using System.Text.Json.Nodes;
using LlmObs.EndToEndTests.Support;

[assembly: AssemblyFixture(typeof(ClientLibraries))]

namespace LlmObs.EndToEndTests.Support;

/// <summary>The published libraries of tests/clients/genai, installed once, run as programs of their own.</summary>
public sealed class ClientLibraries : IAsyncLifetime
{
    private readonly string folder = Path.Combine(Repository.Root, "tests", "clients", "genai");
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    public async ValueTask InitializeAsync() => await RunAsync("npm", ["ci", "--no-audit", "--no-fund"], []);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Runs a script with these environment variables and returns what its last line says, and all it wrote to standard error.</summary>
    public async Task<(JsonNode Said, string Errors)> RunScriptAsync(string script, string[] arguments, Dictionary<string, string> environment)
    {
        var (output, errors) = await RunAsync("node", [script, .. arguments], environment);
        return (JsonNode.Parse(output.TrimEnd().Split('\n')[^1])!, errors);
    }

    private async Task<(string Output, string Errors)> RunAsync(string program, string[] arguments, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
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
