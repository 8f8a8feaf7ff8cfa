using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using LlmObs.IntegrationTests.Support;

namespace LlmObs.IntegrationTests.Sls.Emulator;

/// <summary>How a scenario went.</summary>
public sealed record ClientResult(string Client, string Scenario, bool Ok, string? Error);

/// <summary>Installs the clients when they are not there, runs all their scenarios once, and keeps the results.</summary>
public sealed class OfficialClients : IAsyncLifetime
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "clients", "sls");

    public static IReadOnlyList<(string Client, string Scenario)> Expected { get; } =
    [
        .. from scenario in (string[])
            ["projects", "logstores", "index", "put", "search", "punctuation", "sql", "projectSql", "histogram", "signature", "deletes"]
        select ("log", scenario),
        .. from scenario in (string[])
            [
                "projects",
                "logstores",
                "index",
                "cannotPut",
                "putByTheOther",
                "search",
                "camelCaseIndex",
                "searchByPost",
                "wrongEscapes",
                "sql",
                "projectSql",
                "histogram",
                "context",
                "cursors",
                "cannotPull",
                "consumerGroups",
                "shards",
                "signature",
                "deletes",
            ]
        select ("sls20201230", scenario),
    ];

    public IReadOnlyList<ClientResult> Results { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        await InstallAsync();
        await using var sls = await TestSls.StartAsync();
        var output = await RunAsync("node", "run.js", $"sls.localhost:{sls.Address.Port}", "local", "local", "clients");
        Results =
        [
            .. output
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonSerializer.Deserialize<ClientResult>(line, JsonSerializerOptions.Web)!),
        ];
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // Once per lock file: npm ci begins by deleting everything.
    private static async Task InstallAsync()
    {
        var stamp = Path.Combine(Folder, "node_modules", ".lock-hash");
        var hash = Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(Folder, "package-lock.json"))));
        if (!File.Exists(stamp) || await File.ReadAllTextAsync(stamp) != hash)
        {
            await RunAsync("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
            await File.WriteAllTextAsync(stamp, hash);
        }
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = Folder,
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
