using System.Text.Json;
using LlmObs.IntegrationTests.Support;

namespace LlmObs.IntegrationTests.Sls.Emulator;

/// <summary>How a scenario went.</summary>
public sealed record ClientResult(string Client, string Scenario, bool Ok, string? Error);

/// <summary>Installs the clients when they are not there, runs all their scenarios once, and keeps the results.</summary>
public sealed class OfficialClients : IAsyncLifetime
{
    private readonly NodeClient client = new(Path.Combine(Repository.Root, "tests", "clients", "sls"));

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
                "deletionTasks",
                "shards",
                "signature",
                "deletes",
            ]
        select ("sls20201230", scenario),
    ];

    public IReadOnlyList<ClientResult> Results { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        await client.InstallAsync();
        await using var sls = await TestSls.StartAsync();
        var output = await client.RunAsync("node", "run.js", $"sls.localhost:{sls.Address.Port}", "local", "local", "clients");
        Results =
        [
            .. output
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonSerializer.Deserialize<ClientResult>(line, JsonSerializerOptions.Web)!),
        ];
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
