namespace LlmObs.IntegrationTests.Sls.Emulator;

/// <summary>Official clients, as npm brings them, against the emulator; what they do stands in tests/clients/sls.</summary>
public sealed class OfficialClientsTests(OfficialClients clients) : IClassFixture<OfficialClients>
{
    public static TheoryData<string, string> Scenarios()
    {
        var scenarios = new TheoryData<string, string>();
        foreach (var scenario in OfficialClients.Expected)
        {
            scenarios.Add(scenario.Client, scenario.Scenario);
        }
        return scenarios;
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Works_with(string client, string scenario) =>
        Assert.Null(clients.Results.Single(result => result.Client == client && result.Scenario == scenario).Error);

    [Fact]
    public void Nothing_ran_that_is_not_looked_at() =>
        Assert.Equal(OfficialClients.Expected.Order(), clients.Results.Select(result => (result.Client, result.Scenario)).Order());
}
