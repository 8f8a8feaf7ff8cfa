using LlmObs.Sls.Emulator;
using LlmObs.Sls.Emulator.Catalog;
using LlmObs.Sls.Emulator.Http;
using Microsoft.Extensions.Time.Testing;

namespace LlmObs.Tests.Sls.Emulator;

public sealed class QuotasTests
{
    private const int Mb = 1024 * 1024;
    private readonly FakeTimeProvider time = new();

    [Theory]
    [InlineData(1, 500)]
    [InlineData(2 * Mb, 3)]
    public void A_shard_takes_so_much_in_a_second_and_as_much_in_the_next(int bytes, int writes)
    {
        var quotas = Quotas();

        foreach (var _ in Enumerable.Range(0, 2))
        {
            for (var i = 0; i < writes; i++)
            {
                quotas.CheckWrite("demo", "logs", 0, bytes);
            }

            var refused = Assert.Throws<SlsException>(() => quotas.CheckWrite("demo", "logs", 0, bytes));
            Assert.Equal((403, "ShardWriteQuotaExceed"), (refused.Status, refused.Code));
            time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public void Shards_and_directions_are_counted_apart()
    {
        var quotas = Quotas();
        quotas.CheckWrite("demo", "logs", 0, 5 * Mb);

        quotas.CheckWrite("demo", "logs", 1, 5 * Mb);
        quotas.CheckWrite("demo", "other", 0, 5 * Mb);
        quotas.CheckPull("demo", "logs", 0, 20 * Mb);

        Assert.Equal("ShardReadQuotaExceed", Assert.Throws<SlsException>(() => quotas.CheckPull("demo", "logs", 0, 0)).Code);
    }

    [Fact]
    public void A_project_takes_and_gives_so_much_in_a_minute()
    {
        var quotas = Quotas();
        for (var i = 0; i < 600_000; i++)
        {
            quotas.CheckWrite("demo", "logs", i % 1500, 1);
            quotas.CheckRead("demo");
        }

        Assert.Equal("WriteQuotaExceed", Assert.Throws<SlsException>(() => quotas.CheckWrite("demo", "logs", 0, 1)).Code);
        Assert.Equal("ReadQuotaExceed", Assert.Throws<SlsException>(() => quotas.CheckRead("demo")).Code);
        quotas.CheckWrite("other", "logs", 0, 1);
        time.Advance(TimeSpan.FromMinutes(1));
        quotas.CheckWrite("demo", "logs", 0, 1);
    }

    [Fact]
    public void Without_the_setting_nothing_is_refused()
    {
        var quotas = new Quotas(new EmulatorOptions(), time);

        for (var i = 0; i < 600; i++)
        {
            quotas.CheckWrite("demo", "logs", 0, Mb);
        }
    }

    private Quotas Quotas() => new(new EmulatorOptions { CheckQuotas = true }, time);
}
