using System.Text.Json;
using LlmObs.IntegrationTests.Support;

namespace LlmObs.IntegrationTests.Quality.DingTalk;

/// <summary>The official client, as npm brings it, against the stand-in, so that ours and theirs are held to the same; what it does stands in tests/clients/dingtalk.</summary>
public sealed class OfficialClientTests(OfficialClientRun run) : IClassFixture<OfficialClientRun>
{
    [Theory]
    [InlineData("token")]
    [InlineData("sheets")]
    [InlineData("fields")]
    [InlineData("insert")]
    [InlineData("update")]
    [InlineData("list")]
    [InlineData("refusals")]
    [InlineData("deletes")]
    public void Works_with(string scenario) => Assert.Null(run.Results.Single(result => result.Scenario == scenario).Error);

    [Fact]
    public void Nothing_ran_that_is_not_looked_at() => Assert.Equal(8, run.Results.Count);
}

/// <summary>How a scenario went.</summary>
public sealed record ScenarioResult(string Scenario, bool Ok, string? Error);

/// <summary>Installs the client when it is not there, runs all scenarios once, and keeps the results.</summary>
public sealed class OfficialClientRun : IAsyncLifetime
{
    private readonly NodeClient client = new(Path.Combine(Repository.Root, "tests", "clients", "dingtalk"));

    public IReadOnlyList<ScenarioResult> Results { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        await client.InstallAsync();
        await using var standIn = await TableStandIn.StartAsync();
        var output = await client.RunAsync(
            "node",
            "run.js",
            standIn.Address.Authority,
            TableStandIn.AppKey,
            TableStandIn.AppSecret,
            TableStandIn.Operator,
            TableStandIn.Base
        );
        Results =
        [
            .. output
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonSerializer.Deserialize<ScenarioResult>(line, JsonSerializerOptions.Web)!),
        ];
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
