using System.Diagnostics;
using System.Security.Cryptography;

namespace LlmObs.IntegrationTests.Support;

/// <summary>A folder of tests/clients: real client libraries from npm and a script that calls them.</summary>
internal sealed class NodeClient(string folder)
{
    /// <summary>Once per lock file: npm ci begins by deleting everything.</summary>
    public async Task InstallAsync()
    {
        var stamp = Path.Combine(folder, "node_modules", ".lock-hash");
        var hash = Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(folder, "package-lock.json"))));
        if (!File.Exists(stamp) || await File.ReadAllTextAsync(stamp) != hash)
        {
            await RunAsync("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
            await File.WriteAllTextAsync(stamp, hash);
        }
    }

    /// <summary>What the program printed; its failure fails the test.</summary>
    public async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await errors}");
        return output;
    }
}
