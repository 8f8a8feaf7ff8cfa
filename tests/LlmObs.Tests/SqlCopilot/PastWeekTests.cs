using System.Diagnostics;
using LlmObs.SqlCopilot;
using LlmObs.SqlCopilot.Telemetry;
using LlmObs.SqlCopilot.Visitors;

namespace LlmObs.Tests.SqlCopilot;

public sealed class PastWeekTests
{
    [Fact]
    public void What_is_done_now_is_told_as_done_then_and_took_as_long()
    {
        using var activity = new Activity("step").Start();
        activity.Stop();
        var (start, duration) = (activity.StartTimeUtc, activity.Duration);

        TimeShift.Current = TimeSpan.FromDays(-3);
        using (var spans = new TimeShift.OfSpans())
        {
            spans.OnEnd(activity);
        }

        activity.Fail(new InvalidOperationException("no"));
        Assert.Equal((start.AddDays(-3), duration), (activity.StartTimeUtc, activity.Duration));
        var thrown = Assert.Single(activity.Events);
        Assert.InRange(thrown.Timestamp, new DateTimeOffset(start.AddDays(-3)), new DateTimeOffset(start.AddDays(-2)));
        TimeShift.Current = TimeSpan.Zero;
    }

    [Fact]
    public void Visitors_judge_an_answer_by_what_it_was()
    {
        var dice = new Random(1);
        var good = Enumerable.Range(0, 500).Select(_ => Reaction.To("各门店的GMV", Answer(error: null, rows: 5), 1, dice)).ToList();
        Assert.DoesNotContain(good, reaction => reaction.Liked == false || reaction.Next is not null || reaction.Leaves);
        Assert.Contains(good, reaction => reaction.Liked == true);
        Assert.Contains(good, reaction => reaction.Copies);

        var bad = Enumerable.Range(0, 500).Select(_ => Reaction.To("各门店的GMV", Answer("42703", rows: null), 1, dice)).ToList();
        Assert.DoesNotContain(bad, reaction => reaction.Liked == true || reaction.Copies);
        Assert.Contains(bad, reaction => reaction.Next == "各门店的GMV");
        Assert.Contains(
            bad,
            reaction => reaction.Next is { } next && next != "各门店的GMV" && next.EndsWith("各门店的GMV", StringComparison.Ordinal)
        );
        Assert.Contains(bad, reaction => reaction.Leaves);
        Assert.DoesNotContain(
            Enumerable.Range(0, 100).Select(_ => Reaction.To("q", Answer("42703", null), 2, dice)),
            reaction => reaction.Next is not null
        );
    }

    private static Answer Answer(string? error, int? rows) => new("", null, rows, Cut: false, error, "req", "trace");
}
