using LlmObs.Ingest.Shipping;
using LlmObs.Sls;

namespace LlmObs.Tests.Ingest.Shipping;

public sealed class ShippingPolicyTests
{
    private static readonly ShippingOptions Options = new()
    {
        FirstRetrySeconds = 1,
        MaxRetrySeconds = 300,
        VisibilitySeconds = 10,
        LateWriteSeconds = 60,
        MaxAttempts = 3,
        MaxPauseSeconds = 15,
        PollSeconds = 2,
        DrainSpansPerSecond = 1000,
    };
    private static readonly ShippingPolicy Policy = new(Options, () => 0);

    [Theory]
    [InlineData(0.25, 40, 120)]
    [InlineData(0.5, 40, 40)]
    [InlineData(1, 40, 0)]
    [InlineData(0.25, 5000, 1000)]
    public void Rests_so_long_after_a_batch_that_its_share_is_kept(double share, int tookMs, int restMs) =>
        Assert.Equal(
            TimeSpan.FromMilliseconds(restMs),
            new ShippingPolicy(new() { BusyShare = share }, () => 0).Rest(TimeSpan.FromMilliseconds(tookMs))
        );

    [Theory]
    [InlineData(400, "PostBodyInvalid")]
    [InlineData(400, "InvalidEncoding")]
    [InlineData(400, "PostBodyTooLarge")]
    [InlineData(413, "BadResponse")]
    public void Parks_at_once_what_SLS_will_never_take(int status, string code)
    {
        var verdict = Judge(status, code);

        Assert.True(verdict.Park);
        Assert.Contains(code, verdict.Reason, StringComparison.Ordinal);
        Assert.False(verdict.SlsIsAway);
    }

    [Theory]
    [InlineData(0, "RequestTimeout", 70)]
    [InlineData(504, "BadResponse", 70)]
    [InlineData(0, "RequestError", 10)]
    [InlineData(500, "InternalServerError", 10)]
    [InlineData(502, "BadResponse", 10)]
    public void Waits_until_a_doubtful_write_could_be_found_also_one_that_comes_late(int status, string code, double seconds)
    {
        var verdict = Judge(status, code);

        Assert.False(verdict.Park);
        Assert.True(verdict.SlsIsAway);
        Assert.Equal(TimeSpan.FromSeconds(seconds), verdict.Wait);
    }

    [Theory]
    [InlineData(0, "ConnectionError", 1)]
    [InlineData(403, "WriteQuotaExceed", 1)]
    public void Comes_back_soon_when_nothing_was_written(int status, string code, double seconds)
    {
        var verdict = Judge(status, code);

        Assert.Equal((false, true, TimeSpan.FromSeconds(seconds)), (verdict.Park, verdict.SlsIsAway, verdict.Wait));
    }

    [Theory]
    [InlineData(401, "SignatureNotMatch")]
    [InlineData(401, "Unauthorized")]
    [InlineData(403, "ProjectForbidden")]
    public void Never_parks_for_a_wrong_key(int status, string code) =>
        Assert.Equal((false, true), (Judge(status, code, attempts: 1000).Park, Judge(status, code, attempts: 1000).SlsIsAway));

    [Theory]
    [InlineData(404, "LogStoreNotExist")]
    [InlineData(404, "ProjectNotExist")]
    [InlineData(400, "IndexConfigNotExist")]
    public void Has_what_is_gone_created_again(int status, string code) =>
        Assert.Equal((false, true), (Judge(status, code, attempts: 1000).Park, Judge(status, code, attempts: 1000).EnsureAgain));

    [Fact]
    public void Parks_what_nobody_understands_only_after_the_last_attempt()
    {
        Assert.False(Judge(400, "ParameterInvalid", attempts: 1).Park);
        Assert.True(Judge(400, "ParameterInvalid", attempts: 2).Park);
        Assert.False(Policy.Judge(new InvalidOperationException("ours"), 1).Park);
        Assert.True(Policy.Judge(new InvalidOperationException("ours"), 2).Park);
    }

    [Fact]
    public void Doubles_its_waits_up_to_a_limit_and_spreads_them()
    {
        Assert.Equal([1, 2, 4, 8, 256, 300, 300], new[] { 0, 1, 2, 3, 8, 9, int.MaxValue }.Select(attempts => Policy.Backoff(attempts).TotalSeconds));
        Assert.Equal([1, 2, 4, 8, 15, 15], new[] { 1, 2, 3, 4, 5, 100 }.Select(failures => Policy.Pause(failures).TotalSeconds));
        Assert.Equal(4, new ShippingPolicy(Options, () => 1).Backoff(3).TotalSeconds);
    }

    [Fact]
    public void Drains_a_backlog_at_its_rate()
    {
        Assert.Equal(TimeSpan.FromSeconds(2), Policy.UntilNextClaim(0));
        Assert.Equal(TimeSpan.FromSeconds(0.5), Policy.UntilNextClaim(500));
    }

    private static ShippingVerdict Judge(int status, string code, int attempts = 0) =>
        Policy.Judge(new SlsException(status, code, "no", "68A0"), attempts);
}
