using LlmObs.Domain.Spans;
using LlmObs.Ingest.Reconciling;

namespace LlmObs.Tests.Ingest.Reconciling;

public sealed class LedgerPolicyTests
{
    private static readonly DateTimeOffset Minute = DateTimeOffset.UnixEpoch;

    [Theory]
    [InlineData(3, 7, 3, 7, 0, false, LedgerState.Equal)]
    [InlineData(3, 7, 3, 7, 1, false, null)]
    [InlineData(3, 7, 3, 7, 1, true, LedgerState.Waiting)]
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
    public void Keeps_the_first_log_of_a_span_and_deletes_all_where_none_says_it_is_the_first()
    {
        var removals = new LedgerPolicy(new()).Removals(
            [Repeated("late", logs: 3, firsts: 1), Repeated("twice", logs: 2, firsts: 0), Repeated("newer", logs: 2, firsts: 0, version: 2)],
            [Span("late"), Span("twice"), Span("newer", version: 2)],
            repairsSoFar: 0
        );

        Assert.Equal(
            [(1, true, "late", 2), (1, false, "twice", 2), (2, false, "newer", 2)],
            removals.Select(removal => (removal.Version, removal.KeepsFirst, removal.Spans.Single().SpanId, removal.Logs))
        );
    }

    [Fact]
    public void Never_deletes_all_logs_of_a_span_that_cannot_be_sent_again()
    {
        var policy = new LedgerPolicy(new() { MaxRepairs = 1 });
        RepeatedSpan[] repeated =
        [
            Repeated("unknown", logs: 2, firsts: 0),
            Repeated("older", logs: 2, firsts: 0),
            Repeated("same", logs: 2, firsts: 0),
        ];
        RecordedSpan[] record = [Span("older", version: 2), Span("same")];

        Assert.Equal(["same"], policy.Removals(repeated, record, repairsSoFar: 0).SelectMany(removal => removal.Spans).Select(span => span.SpanId));
        Assert.Empty(policy.Removals(repeated, record, repairsSoFar: 1));
    }

    [Fact]
    public void A_search_names_no_more_spans_than_SLS_takes_conditions()
    {
        var repeated = Enumerable.Range(0, 30).Select(number => Repeated($"s{number}", logs: 2, firsts: 1)).ToList();

        var removals = new LedgerPolicy(new()).Removals(repeated, [], repairsSoFar: 0).ToList();

        Assert.All(removals, removal => Assert.InRange(removal.Spans.Count, 1, 12));
        Assert.Equal(repeated, removals.SelectMany(removal => removal.Spans));
    }

    [Fact]
    public void Removes_a_surplus_unless_told_not_to_or_refused_and_not_for_ever()
    {
        var surplus = new LedgerEntry(1, "p", Minute, LedgerState.Surplus, 1, 1, 0, 1, 0, 0);
        var policy = new LedgerPolicy(new() { MaxRepairs = 2 });

        Assert.True(policy.MayRemove(surplus with { Removals = 1 }));
        Assert.False(policy.MayRemove(surplus with { Removals = 2 }));
        Assert.False(policy.MayRemove(surplus with { Refusal = "Unauthorized" }));
        Assert.False(policy.MayRemove(surplus with { State = LedgerState.Gap }));
        Assert.False(new LedgerPolicy(new() { RemoveSurplus = false }).MayRemove(surplus));
    }

    [Fact]
    public void A_refused_minute_begins_anew_when_its_time_has_come_and_one_that_waits_does_not()
    {
        var refused = new LedgerEntry(1, "p", Minute, LedgerState.Surplus, 1, 1, 0, 1, 0, 0, Removals: 5, Refusal: "Unauthorized");
        var waiting = refused with { State = LedgerState.Waiting };

        Assert.True(new LedgerPolicy(new()).MayRemove(LedgerPolicy.Reopened(refused)));
        Assert.Equal(waiting, LedgerPolicy.Reopened(waiting));
    }

    [Fact]
    public void A_hash_is_of_one_version_and_fits_eight_million_times_into_a_long()
    {
        var hash = SpanHash.Of("t", "s", 1);

        Assert.Equal(hash, SpanHash.Of("t", "s", 1));
        Assert.NotEqual(hash, SpanHash.Of("t", "s", 2));
        Assert.InRange(hash, 0, (1L << 40) - 1);
    }

    private static RepeatedSpan Repeated(string id, long logs, long firsts, int version = 1) => new("t", id, version, logs, firsts, 0, 0);

    private static RecordedSpan Span(string id, int version = 1, bool isQueued = false, bool isParked = false) =>
        new("t", id, DateOnly.MinValue, version, isQueued, isParked);
}
