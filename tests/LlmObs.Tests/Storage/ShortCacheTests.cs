using LlmObs.Storage;
using LlmObs.Storage.Access;
using Microsoft.Extensions.Time.Testing;

namespace LlmObs.Tests.Storage;

/// <summary>What is remembered of keys and projects, and for how long.</summary>
public sealed class ShortCacheTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly FakeTimeProvider clock = new();
    private readonly ShortCache<string, string> cache;
    private int asked;
    private Func<Task<string?>> database = () => Task.FromResult<string?>("rights");

    public ShortCacheTests() => cache = new(clock, TimeSpan.FromHours(1));

    [Theory]
    [InlineData("rights")]
    [InlineData(null)]
    public async Task Asks_once_in_five_seconds_whether_there_is_such_a_key_or_not(string? answer)
    {
        database = () => Task.FromResult(answer);
        Assert.Equal(answer, await AskAsync());
        Assert.Equal(answer, await AskAsync());
        Assert.Equal(1, asked);

        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(answer, await AskAsync());
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task Asks_once_for_all_who_wait()
    {
        var answer = new TaskCompletionSource<string?>();
        database = () => answer.Task;
        var waiting = Enumerable.Range(0, 20).Select(_ => AskAsync()).ToList();

        answer.SetResult("rights");

        Assert.All(await Task.WhenAll(waiting), found => Assert.Equal("rights", found));
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task Gives_the_last_good_answer_while_the_database_is_away_but_not_for_ever()
    {
        await AskAsync();
        database = () => throw new StorageUnavailableException("away");

        clock.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal("rights", await AskAsync());
        Assert.Equal("rights", await AskAsync());
        Assert.Equal(2, asked);

        clock.Advance(TimeSpan.FromMinutes(31));
        await Assert.ThrowsAsync<StorageUnavailableException>(AskAsync);
    }

    [Fact]
    public async Task Recalls_what_an_earlier_process_knew_for_as_long_as_that_would_have_remembered_it()
    {
        await AskAsync();
        clock.Advance(TimeSpan.FromMinutes(20));
        var (key, value, age) = Assert.Single(cache.Standing);
        var later = new ShortCache<string, string>(clock, TimeSpan.FromHours(1));
        later.Recall(key, value, age);
        database = () => throw new StorageUnavailableException("away");

        clock.Advance(TimeSpan.FromMinutes(40));
        Assert.Equal("rights", await later.GetAsync(key, database, Cancel));

        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(later.Standing);
        await Assert.ThrowsAsync<StorageUnavailableException>(async () => await later.GetAsync(key, database, Cancel));
    }

    [Fact]
    public async Task Asks_the_database_about_what_it_recalls()
    {
        cache.Recall("key", "rights of then", TimeSpan.FromMinutes(1));
        database = () => Task.FromResult<string?>(null);

        Assert.Null(await AskAsync());
        Assert.Empty(cache.Standing);
    }

    [Fact(Timeout = 60_000)]
    public async Task Does_not_wait_for_a_database_that_hangs_and_takes_its_answer_when_it_comes()
    {
        await AskAsync();
        var answer = new TaskCompletionSource<string?>();
        database = () => answer.Task;
        clock.Advance(TimeSpan.FromSeconds(10));
        var waiting = AskAsync();
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("rights", await waiting);

        answer.SetResult(null);

        while (await AskAsync() is not null)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task Says_that_the_database_is_away_for_a_key_never_seen()
    {
        database = () => throw new StorageUnavailableException("away");

        await Assert.ThrowsAsync<StorageUnavailableException>(AskAsync);
    }

    [Fact]
    public async Task Knows_a_revoked_key_as_revoked_when_the_database_goes_away_afterwards()
    {
        await AskAsync();
        database = () => Task.FromResult<string?>(null);
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(await AskAsync());
        database = () => throw new StorageUnavailableException("away");
        clock.Advance(TimeSpan.FromSeconds(5));

        await Assert.ThrowsAsync<StorageUnavailableException>(AskAsync);
    }

    [Fact]
    public async Task Holds_a_bounded_number_of_guesses_which_push_out_no_real_key()
    {
        await AskAsync();
        database = () => Task.FromResult<string?>(null);
        for (var guess = 0; guess < 3 * ShortCache<string, string>.MaxUnknown; guess++)
        {
            Assert.Null(await AskAsync($"guess {guess}"));
        }

        Assert.InRange(cache.Count, 1, ShortCache<string, string>.MaxUnknown + 1);
        Assert.Equal("rights", await AskAsync());
    }

    [Fact]
    public async Task Lets_few_strangers_wait_and_a_real_key_none_the_less()
    {
        await AskAsync();
        var answer = new TaskCompletionSource<string?>();
        database = () => answer.Task;
        var guesses = Enumerable.Range(0, ShortCache<string, string>.MaxWaiting).Select(guess => AskAsync($"guess {guess}")).ToList();

        await Assert.ThrowsAsync<StorageUnavailableException>(() => AskAsync("one more"));
        clock.Advance(TimeSpan.FromSeconds(10));
        var real = AskAsync();
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("rights", await real);

        answer.SetResult(null);
        Assert.All(await Task.WhenAll(guesses), Assert.Null);
    }

    [Fact]
    public async Task Asks_again_after_a_change_and_keeps_no_answer_from_before_it()
    {
        var old = new TaskCompletionSource<string?>();
        database = () => old.Task;
        var before = AskAsync();
        cache.Forget();
        old.SetResult("old rights");
        Assert.Equal("old rights", await before);

        database = () => Task.FromResult<string?>("new rights");

        Assert.Equal("new rights", await AskAsync());
    }

    private Task<string?> AskAsync() => AskAsync("key");

    private async Task<string?> AskAsync(string key) =>
        await cache.GetAsync(
            key,
            async () =>
            {
                Interlocked.Increment(ref asked);
                return await database();
            },
            Cancel
        );
}
