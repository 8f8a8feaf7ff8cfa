using LlmObs.Quality;
using LlmObs.Quality.Jobs;
using LlmObs.Storage.Jobs;

namespace LlmObs.Tests.Quality;

public sealed class JobPolicyTests
{
    private readonly JobPolicy policy = new(
        new()
        {
            FirstRetrySeconds = 2,
            MaxRetrySeconds = 60,
            MaxAttempts = 5,
        }
    );

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 4)]
    [InlineData(4, 16)]
    public void Waits_double(int attempts, int seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), policy.Retry(Job(JobKind.History, attempts)));

    [Fact]
    public void A_run_is_given_up_and_arrivals_are_not()
    {
        Assert.Null(policy.Retry(Job(JobKind.History, 5)));
        Assert.Null(policy.Retry(Job(JobKind.DryRun, 5)));
        Assert.Equal(TimeSpan.FromSeconds(60), policy.Retry(Job(JobKind.Arrival, 1_000_000)));
    }

    private static QualityJob Job(JobKind kind, int attempts) =>
        new(1, 1, 1, null, kind, JobState.Open, attempts, default, default, null, null, null, null, 0, 0, 0, "", null, null);
}
