using LlmObs.Domain;
using LlmObs.IntegrationTests.Support;
using LlmObs.Storage.Access;
using Microsoft.Extensions.Options;

namespace LlmObs.IntegrationTests.Storage;

/// <summary>Keys from their making to their end.</summary>
public sealed class KeyRingTests : IClassFixture<TestDatabase>
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private static readonly TimeSpan Noticed = TimeSpan.FromSeconds(6);

    private readonly TestDatabase database;
    private readonly TestClock clock = new();
    private readonly KeyRing ring;

    // Another replica's: it does not hear of what the ring changes.
    private readonly ApiKeys elsewhere;

    public KeyRingTests(TestDatabase database)
    {
        this.database = database;
        ring = database.KeyRing;
        elsewhere = new(database.Database, clock, Options.Create(database.Options));
    }

    [Fact]
    public async Task Makes_a_Langfuse_pair_and_keeps_only_the_hash_of_its_secret()
    {
        var project = await database.NewProjectAsync();

        var made = await ring.CreateAsync(project, "ci", KeyScopes.Ingest, new(50, null), Cancel);

        Assert.StartsWith("sk-lf-", made.Secret, StringComparison.Ordinal);
        Assert.StartsWith("pk-lf-", made.PublicKey, StringComparison.Ordinal);
        var found = await elsewhere.FindAsync(made.Secret, Cancel);
        Assert.Equal((made.Id, project, KeyScopes.Ingest, new KeyLimits(50, null)), (found?.Id, found?.Project, found?.Scopes, found?.Limits));
        Assert.Null(await elsewhere.FindAsync(made.PublicKey, Cancel));
        Assert.Equal(0L, await database.ScalarAsync($"SELECT count(*) FROM api_keys AS k WHERE k::text LIKE '%{made.Secret}%'"));
        var listed = Assert.Single(await ring.ListAsync(project, Cancel));
        Assert.Equal(("ci", made.Secret[..12], made.PublicKey), (listed.Name, listed.Prefix, listed.PublicKey));
    }

    [Fact]
    public async Task Keeps_the_old_secret_for_its_grace_and_no_longer()
    {
        var project = await database.NewProjectAsync();
        var first = await ring.CreateAsync(project, "app", KeyScopes.All, KeyLimits.Configured, Cancel);

        var second = await ring.RotateAsync(project, first.Id, TimeSpan.FromHours(1), Cancel);

        Assert.Equal(first.PublicKey, second?.PublicKey);
        Assert.Equal(first.Id, (await elsewhere.FindAsync(first.Secret, Cancel))?.Id);
        Assert.Equal(first.Id, (await elsewhere.FindAsync(second!.Secret, Cancel))?.Id);
        Assert.NotNull(Assert.Single(await ring.ListAsync(project, Cancel)).OldSecretUntil);

        // The grace may end while the answer is remembered.
        clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(2));
        _ = await elsewhere.FindAsync(first.Secret, Cancel);
        clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Null(await elsewhere.FindAsync(first.Secret, Cancel));
        Assert.NotNull(await elsewhere.FindAsync(second.Secret, Cancel));
    }

    [Fact]
    public async Task Ends_every_older_secret_with_a_rotation_without_grace()
    {
        var project = await database.NewProjectAsync();
        var first = await ring.CreateAsync(project, "leaked", KeyScopes.All, KeyLimits.Configured, Cancel);
        var second = await ring.RotateAsync(project, first.Id, TimeSpan.FromDays(7), Cancel);

        var third = await ring.RotateAsync(project, first.Id, TimeSpan.Zero, Cancel);

        Assert.Null(await elsewhere.FindAsync(first.Secret, Cancel));
        Assert.Null(await elsewhere.FindAsync(second!.Secret, Cancel));
        Assert.NotNull(await elsewhere.FindAsync(third!.Secret, Cancel));
    }

    [Fact]
    public async Task Ends_a_revoked_key_with_all_its_secrets_and_sessions()
    {
        var project = await database.NewProjectAsync();
        var first = await ring.CreateAsync(project, "gone", KeyScopes.All, KeyLimits.Configured, Cancel);
        var second = await ring.RotateAsync(project, first.Id, TimeSpan.FromHours(1), Cancel);
        Assert.NotNull(await elsewhere.FindAsync(first.Secret, Cancel));
        Assert.NotNull(await elsewhere.FindAsync(first.Id, Cancel));

        Assert.True(await ring.RevokeAsync(project, first.Id, Cancel));
        clock.Advance(Noticed);

        Assert.Null(await elsewhere.FindAsync(first.Secret, Cancel));
        Assert.Null(await elsewhere.FindAsync(second!.Secret, Cancel));
        Assert.Null(await elsewhere.FindAsync(first.Id, Cancel));
        Assert.False(await ring.RevokeAsync(project, first.Id, Cancel));
        Assert.Null(await ring.RotateAsync(project, first.Id, TimeSpan.Zero, Cancel));
        Assert.NotNull(Assert.Single(await ring.ListAsync(project, Cancel)).RevokedAt);
    }

    [Fact]
    public async Task Touches_no_key_of_another_project()
    {
        var (mine, other) = (await database.NewProjectAsync(), await database.NewProjectAsync());
        var key = await ring.CreateAsync(mine, "mine", KeyScopes.All, KeyLimits.Configured, Cancel);

        Assert.False(await ring.RevokeAsync(other, key.Id, Cancel));
        Assert.False(await ring.LimitAsync(other, key.Id, new(1, 1), Cancel));
        Assert.Null(await ring.RotateAsync(other, key.Id, TimeSpan.Zero, Cancel));
        Assert.Equal(KeyLimits.Configured, (await elsewhere.FindAsync(key.Secret, Cancel))?.Limits);
    }

    [Fact]
    public async Task Does_not_revive_a_configured_secret_that_was_rotated_away()
    {
        const string Given = "given-by-the-configuration-1";
        await database.ApiKeys.EnsureAsync("configured", "given", Given, KeyScopes.All, Cancel);
        var project = (await database.Projects.FindAsync("configured", Cancel))!;
        var id = Assert.Single(await ring.ListAsync(project, Cancel)).Id;
        Assert.NotNull(await ring.RotateAsync(project, id, TimeSpan.Zero, Cancel));

        await database.ApiKeys.EnsureAsync("configured", "given", Given, KeyScopes.All, Cancel);

        Assert.Null(await elsewhere.FindAsync(Given, Cancel));
        Assert.Single(await ring.ListAsync(project, Cancel));
    }

    [Fact]
    public async Task Notes_the_last_use_without_writing_at_each()
    {
        var project = await database.NewProjectAsync();
        var key = await ring.CreateAsync(project, "used", KeyScopes.All, KeyLimits.Configured, Cancel);
        Assert.Null(Assert.Single(await ring.ListAsync(project, Cancel)).LastUsedAt);

        _ = await elsewhere.FindAsync(key.Secret, Cancel);
        var first = Assert.Single(await ring.ListAsync(project, Cancel)).LastUsedAt;
        clock.Advance(Noticed);
        _ = await elsewhere.FindAsync(key.Secret, Cancel);

        Assert.NotNull(first);
        var writes = await database.ScalarAsync($"SELECT xmin::text FROM api_keys WHERE id = '{key.Id}'");
        _ = await database.ApiKeys.FindAsync(key.Secret, Cancel);
        Assert.Equal(writes, await database.ScalarAsync($"SELECT xmin::text FROM api_keys WHERE id = '{key.Id}'"));
    }

    [Fact]
    public async Task Makes_a_project_once()
    {
        Assert.NotNull(await database.Projects.CreateAsync("brand-new", Cancel));
        Assert.Null(await database.Projects.CreateAsync("brand-new", Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => database.Projects.CreateAsync("No Name", Cancel));

        var made = Assert.Single(await database.Projects.SummariesAsync(Cancel), summary => summary.Project.Name == "brand-new");
        Assert.Equal(0, made.Keys);
    }
}
