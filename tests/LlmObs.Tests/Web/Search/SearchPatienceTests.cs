using LlmObs.Sls;
using LlmObs.Web.Search;
using LlmObs.Web.Shell;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace LlmObs.Tests.Web.Search;

public sealed class SearchPatienceTests
{
    private readonly FakeTimeProvider time = new();

    [Fact]
    public async Task No_answer_in_time_is_as_good_as_none()
    {
        var asked = Patience().AskAsync(NeverAsync, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(5));

        var away = await Assert.ThrowsAsync<SlsException>(() => asked);
        Assert.Equal((SlsException.RequestTimeout, "no answer within 5 s"), (away.Code, away.Message));
    }

    [Fact]
    public async Task Whoever_leaves_meanwhile_is_not_told_that_search_is_away()
    {
        using var reader = new CancellationTokenSource();
        var asked = Patience().AskAsync(NeverAsync, reader.Token);
        await reader.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }

    private SearchPatience Patience() => new(Options.Create(new WebOptions { SearchTimeout = TimeSpan.FromSeconds(5) }), time);

    private static async Task<int> NeverAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        return 0;
    }
}
