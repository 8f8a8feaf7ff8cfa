using LlmObs.Domain.Spans;
using LlmObs.Ingest.Reconciling;

namespace LlmObs.Tests.Ingest.Reconciling;

public sealed class LedgerPolicyTests
{
    private static readonly DateTimeOffset Minute = DateTimeOffset.UnixEpoch;

    [Theory]
    [InlineData(3, 7, 3, 7, 0, false, LedgerState.Equal)]
    [InlineData(3, 7, 3, 7, 1, false, LedgerState.Surplus)]
    [InlineData(3, 7, 2, 5, 0, true, LedgerState.Waiting)]
    [InlineData(3, 7, 3, 7, 0, true, LedgerState.Equal)]
    [InlineData(3, 7, 2, 5, 0, false, null)]
    [InlineData(3, 7, 3, 8, 0, false, null)]
    [InlineData(0, 0, 1, 8, 0, false, null)]
    public void Judges_by_the_sums(long spans, long hash, long held, long heldHash, long repeats, bool isWaiting, LedgerState? expected) =>
        Assert.Equal(
            expected,
            LedgerPolicy.Judge(new(1, "p", Minute, spans, hash), new LoggedMinute("p", Minute, held, heldHash, repeats), isWaiting)
        );

    [Fact]
    public void What_SLS_lacks_or_has_in_an_older_version_is_missing_and_lost_when_nothing_brings_it()
    {
        var difference = LedgerPolicy.Compare(
            [Span("same"), Span("newer"), Span("old", version: 2), Span("gone"), Span("queued", isQueued: true)],
            new Dictionary<(string, string), int>
            {
                [("t", "same")] = 1,
                [("t", "newer")] = 2,
                [("t", "old")] = 1,
                [("t", "extra")] = 1,
            }
        );

        Assert.Equal(["old", "gone", "queued"], difference.Missing.Select(span => span.SpanId));
        Assert.Equal(["old", "gone"], difference.Lost.Select(span => span.SpanId));
        Assert.Equal([("t", "extra")], difference.Unknown);
    }

    [Fact]
    public void A_gap_is_open_until_its_spans_are_on_their_way()
    {
        Assert.Equal(LedgerState.Gap, Judge(Span("lost")));
        Assert.Equal(LedgerState.Gap, Judge(Span("parked", isQueued: true, isParked: true)));
        Assert.Equal(LedgerState.Waiting, Judge(Span("queued", isQueued: true)));
        Assert.Equal(LedgerState.Equal, Judge());
        Assert.Equal(LedgerState.Surplus, LedgerPolicy.Judge(LedgerPolicy.Compare([], new Dictionary<(string, string), int>()), 1));

        static LedgerState Judge(params RecordedSpan[] spans) =>
            LedgerPolicy.Judge(LedgerPolicy.Compare(spans, new Dictionary<(string, string), int>()), 0);
    }

    [Fact]
    public void Repairs_end()
    {
        var policy = new LedgerPolicy(new() { MaxRepairs = 2 });

        Assert.True(policy.MayRepair(1));
        Assert.False(policy.MayRepair(2));
    }

    [Fact]
    public void A_hash_is_of_one_version_and_fits_eight_million_times_into_a_long()
    {
        var hash = SpanHash.Of("t", "s", 1);

        Assert.Equal(hash, SpanHash.Of("t", "s", 1));
        Assert.NotEqual(hash, SpanHash.Of("t", "s", 2));
        Assert.InRange(hash, 0, (1L << 40) - 1);
    }

    private static RecordedSpan Span(string id, int version = 1, bool isQueued = false, bool isParked = false) =>
        new("t", id, DateOnly.MinValue, version, isQueued, isParked);
}
