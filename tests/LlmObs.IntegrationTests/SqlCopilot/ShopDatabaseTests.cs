using LlmObs.SqlCopilot.Shop;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace LlmObs.IntegrationTests.SqlCopilot;

public sealed class ShopDatabaseTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    private const string LastOrder = "SELECT max(ordered_at)::date::text FROM shop.orders";

    [Fact]
    public async Task Moves_its_days_along_when_it_starts_on_another_day_and_never_touches_a_foreign_schema()
    {
        await PrepareAsync(new(2027, 3, 1, 12, 0, 0, TimeSpan.Zero));
        Assert.Equal("2027-03-01", await shop.AsOwnerAsync(LastOrder));
        var count = await shop.AsOwnerAsync("SELECT count(*) FROM shop.orders");

        await shop.AsOwnerAsync("DELETE FROM shop.refunds");
        await PrepareAsync(new(2027, 3, 1, 18, 0, 0, TimeSpan.Zero));
        Assert.Equal(0L, await shop.AsOwnerAsync("SELECT count(*) FROM shop.refunds"));

        await PrepareAsync(new(2027, 3, 8, 0, 30, 0, TimeSpan.Zero));
        Assert.Equal("2027-03-08", await shop.AsOwnerAsync(LastOrder));
        Assert.Equal(count, await shop.AsOwnerAsync("SELECT count(*) FROM shop.orders"));

        await shop.AsOwnerAsync("COMMENT ON SCHEMA shop IS 'our real shop'");
        await Assert.ThrowsAsync<InvalidOperationException>(() => PrepareAsync(new(2027, 4, 1, 0, 0, 0, TimeSpan.Zero)));
        Assert.Equal("2027-03-08", await shop.AsOwnerAsync(LastOrder));
    }

    private async Task PrepareAsync(DateTimeOffset now)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("ConnectionStrings:llmobs", shop.ConnectionString)]).Build();
        var role = Options.Create(
            new ShopOptions { ReaderRole = new Npgsql.NpgsqlConnectionStringBuilder(shop.ConnectionString).Database + "_other" }
        );
        using var database = new ShopDatabase(configuration, role, new StoppedClock(now), NullLogger<ShopDatabase>.Instance);
        await using var reader = await database.PrepareAsync(TestContext.Current.CancellationToken);
        await using var command = reader.CreateCommand("SELECT 1");
        await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    private sealed class StoppedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
