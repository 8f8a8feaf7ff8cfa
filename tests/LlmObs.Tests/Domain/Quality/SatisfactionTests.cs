using LlmObs.Domain;
using LlmObs.Domain.Quality;
using LlmObs.Domain.Scores;

namespace LlmObs.Tests.Domain.Quality;

public sealed class SatisfactionTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 2, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(5.0, null, null, 5.0)]
    [InlineData(null, 1.0, null, 1.0)]
    [InlineData(5.0, 1.0, null, 3.5)]
    [InlineData(4.0, 2.0, 3.0, 3.2)]
    [InlineData(null, null, null, null)]
    public void Is_the_weighted_mean_of_the_parts_that_are_there(double? said, double? done, double? reverse, double? expected)
    {
        var composite = new SatisfactionParts(said, done, reverse).Composite(new());
        Assert.Equal(expected, composite is { } value ? Math.Round(value, 6) : null);
    }

    [Fact]
    public void A_part_without_weight_does_not_count() => Assert.Null(new SatisfactionParts(null, 1, null).Composite(new() { Implicit = 0 }));

    [Theory]
    [InlineData(ScoreType.Boolean, 1.0, null, null, 5.0)]
    [InlineData(ScoreType.Boolean, 0.0, null, null, 1.0)]
    [InlineData(ScoreType.Numeric, 0.5, null, null, 3.0)]
    [InlineData(ScoreType.Numeric, 4.0, null, null, 4.0)]
    [InlineData(ScoreType.Numeric, 1.0, null, """{"max":5}""", 1.0)]
    [InlineData(ScoreType.Numeric, 10.0, null, """{"max":10}""", 5.0)]
    [InlineData(ScoreType.Numeric, 11.0, null, """{"max":10}""", null)]
    [InlineData(ScoreType.Numeric, 90.0, null, null, null)]
    [InlineData(ScoreType.Numeric, -1.0, null, null, 1.0)]
    [InlineData(ScoreType.Categorical, null, "Thumbs_Up", null, 5.0)]
    [InlineData(ScoreType.Categorical, null, "dislike", null, 1.0)]
    [InlineData(ScoreType.Categorical, null, "吃饭", null, null)]
    [InlineData(ScoreType.Text, null, "up", null, null)]
    public void Reads_what_users_said_as_stars(ScoreType type, double? value, string? label, string? metadata, double? stars) =>
        Assert.Equal(
            stars,
            Feedback.Stars(new("f", "t", null, null, null, "user_feedback", type, value, label, null, "feedback", 0, new JsonText(metadata)))
        );

    [Theory]
    [InlineData("最近7天各门店的GMV是多少？", "最近7天各门店的GMV是多少", "retried")]
    [InlineData("最近7天各门店的GMV是多少？", "最近 7 天各个门店 GMV 是多少呢", "rephrased")]
    [InlineData("最近7天各门店的GMV是多少？", "最近30天各门店的GMV是多少？", null)]
    [InlineData("最近7天各门店的GMV是多少？", "那上海呢？", null)]
    [InlineData("What was the revenue by store last month?", "What is the revenue by store for last month", "rephrased")]
    [InlineData("What was the revenue by store last month?", "Which products sell best?", null)]
    [InlineData(null, null, null)]
    public void The_next_question_shows_what_its_user_thought_of_the_answer(string? question, string? next, string? signal)
    {
        var signals = Signals.Read([Turn("a", 0, question), Turn("b", 60, next)], Start.AddHours(1));
        Assert.Equal(signal is null ? [] : new[] { signal }, signals["a"]);
        Assert.Empty(signals["b"]);
    }

    [Fact]
    public void A_question_long_after_says_nothing()
    {
        var signals = Signals.Read([Turn("a", 0, "各门店的退款率"), Turn("b", 3600, "各门店的退款率")], Start.AddHours(5));
        Assert.Empty(signals["a"]);
    }

    [Fact]
    public void A_failure_that_nothing_follows_is_abandoned_once_patience_is_over()
    {
        SessionTurn[] session = [Turn("a", 0, "各门店的退款率", failed: true)];
        Assert.Empty(Signals.Read(session, Start.AddMinutes(5))["a"]);
        Assert.Equal([ScoreNames.Abandoned], Signals.Read(session, Start.AddMinutes(15))["a"]);
    }

    [Fact]
    public void What_the_application_sends_stands_beside_what_the_session_shows()
    {
        var turn = Turn("a", 0, "各门店的退款率") with { Sent = [ScoreNames.Copied] };
        var signals = Signals.Read([turn, Turn("b", 30, "各门店的退款率")], Start);
        Assert.Equal([ScoreNames.Copied, ScoreNames.Retried], signals["a"]);
        Assert.Equal(5, Signals.Rate(signals["a"]));
        Assert.Equal(1, Signals.Rate([ScoreNames.Rephrased, ScoreNames.Retried]));
        Assert.Null(Signals.Rate([]));
    }

    private static SessionTurn Turn(string trace, int seconds, string? question, bool failed = false) =>
        new(trace, Start.AddSeconds(seconds), 4_000, question, failed, []);
}
