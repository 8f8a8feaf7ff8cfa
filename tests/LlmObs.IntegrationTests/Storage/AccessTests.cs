using LlmObs.Domain;
using LlmObs.IntegrationTests.Support;
using LlmObs.Storage.Access;

namespace LlmObs.IntegrationTests.Storage;

public sealed class AccessTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Knows_a_configured_key_and_stores_only_its_hash()
    {
        const string Key = "llmobs_0123456789abcdef0123456789";
        await database.ApiKeys.EnsureAsync(Project.DefaultName, "local", Key, KeyScopes.Ingest, Cancel);
        await database.ApiKeys.EnsureAsync(Project.DefaultName, "local", Key, KeyScopes.All, Cancel);

        var found = await database.ApiKeys.FindAsync(Key, Cancel);

        Assert.Equal((Project.DefaultName, "local", KeyScopes.All), (found?.Project.Name, found?.Name, found?.Scopes));
        Assert.Equal(1L, await database.ScalarAsync("SELECT count(*) FROM api_keys WHERE name = 'local'"));
        Assert.Equal(0L, await database.ScalarAsync($"SELECT count(*) FROM api_keys AS k WHERE k::text LIKE '%{Key}%'"));
        Assert.Null(await database.ApiKeys.FindAsync("llmobs_other", Cancel));
    }

    [Fact]
    public async Task Forgets_a_revoked_key_within_seconds()
    {
        var keys = database.ApiKeys;
        await keys.EnsureAsync("new-project", "revoked", "key-to-revoke", KeyScopes.All, Cancel);
        Assert.NotNull(await keys.FindAsync("key-to-revoke", Cancel));
        await database.ScalarAsync("UPDATE api_keys SET revoked_at = now() WHERE name = 'revoked'");

        database.Clock.Advance(TimeSpan.FromSeconds(6));

        Assert.Null(await keys.FindAsync("key-to-revoke", Cancel));
    }

    [Fact]
    public async Task Starts_with_a_project_for_everybody_and_one_for_the_stack_itself()
    {
        Assert.Equal(Project.SelfName, (await database.Projects.FindAsync(Project.SelfName, Cancel))?.Name);
        Assert.Null(await database.Projects.FindAsync("unknown", Cancel));
        Assert.Contains(await database.Projects.ListAsync(Cancel), project => project.Name == Project.DefaultName);
    }

    [Fact]
    public async Task Opens_one_session_with_one_link()
    {
        var links = database.LoginLinks;
        await links.OfferAsync("token", TimeSpan.FromMinutes(10), Cancel);
        Assert.False(await links.RedeemAsync("another", Cancel));

        var redeemed = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => links.RedeemAsync("token", Cancel))));

        Assert.Single(redeemed, worked => worked);
        await links.OfferAsync("token", TimeSpan.FromMinutes(10), Cancel);
        Assert.False(await links.RedeemAsync("token", Cancel));
    }

    [Fact]
    public async Task Refuses_a_link_whose_time_is_over()
    {
        await database.LoginLinks.OfferAsync("old", TimeSpan.Zero, Cancel);

        Assert.False(await database.LoginLinks.RedeemAsync("old", Cancel));
    }
}
