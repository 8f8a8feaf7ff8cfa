using System.Xml.Linq;
using LlmObs.Domain.Quality;
using LlmObs.Tests.Documents;
using LlmObs.Web.Quality;

namespace LlmObs.Tests.Web.Quality;

public sealed class QualityDrawingTests
{
    private static readonly DateTimeOffset Monday = new(2026, 11, 2, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_trend_breaks_where_nothing_was_asked_and_its_band_with_it()
    {
        var chart = TrendChart.Of([Day(0, 40, 50), Day(1, 45, 50), Day(2, 0, 0), Day(3, 48, 50)], [(Measure.SqlExecutable, "s1")], 0.85, []);
        var line = Assert.Single(chart.Lines);
        Assert.Equal(2, line.Path.Count(c => c == 'M'));
        Assert.Equal(3, line.Dots.Count);
        Assert.Equal(2, chart.Band!.Count(c => c == 'M'));
        Assert.Equal(["0%", "100%"], [line.Dots[0].X, line.Dots[^1].X]);
    }

    [Fact]
    public void A_trend_marks_when_a_release_came_but_not_the_one_it_begins_with()
    {
        TrendPoint[] week = [.. Enumerable.Range(0, 7).Select(day => Day(day, 40, 50))];
        var chart = TrendChart.Of(
            week,
            [(Measure.SqlExecutable, "s1")],
            null,
            [(Monday.AddHours(3), "1.0.0"), (Monday.AddDays(3).AddHours(12), "2.0.0")]
        );
        var release = Assert.Single(chart.Events);
        Assert.Equal(("50%", "2.0.0"), (release.Place, release.Label));
    }

    [Theory]
    [InlineData(43, 43, true)]
    [InlineData(38, 48, true)]
    [InlineData(48, 48, false)]
    [InlineData(25, 36, false)]
    public void The_label_of_a_goal_gives_way_to_a_line_that_ends_on_it(int before, int last, bool isBelow)
    {
        TrendPoint[] week = [.. Enumerable.Range(0, 6).Select(day => Day(day, before, 50)), Day(6, last, 50)];
        var chart = TrendChart.Of(week, [(Measure.SqlExecutable, "s1")], 0.85, []);
        Assert.Equal(isBelow, chart.Goal!.IsLabelBelow);
    }

    [Fact]
    public void Every_height_of_a_chart_stays_between_its_top_and_its_axis()
    {
        for (var ran = 0; ran <= 50; ran += 5)
        {
            var chart = TrendChart.Of([Day(0, ran, 50), Day(1, 50, 50)], [(Measure.SqlExecutable, "s1")], 0.85, []);
            Assert.All(chart.Lines[0].Dots, dot => Assert.InRange(double.Parse(dot.Y, System.Globalization.CultureInfo.InvariantCulture), 22, 166));
            Assert.InRange(chart.Grid.Count, 2, 7);
        }
    }

    [Fact]
    public void A_forest_puts_no_change_in_the_middle_and_colours_only_what_is_real()
    {
        Forest Of(long s1, long s2)
        {
            var (a, b) = (Intervals.Rate(s1, 1000), Intervals.Rate(s2, 1000));
            return Forest.Of(new(Measure.SqlExecutable, a, b, Intervals.RateDifference(a, b)))!;
        }

        Assert.Equal(("50%", "no"), (Of(800, 800).At, Of(800, 800).Class));
        Assert.Equal("real", Of(700, 900).Class);
        Assert.Equal("worse", Of(900, 700).Class);
        Assert.Null(Forest.Of(new(Measure.SqlExecutable, Estimate.None, Estimate.None, Estimate.None)));
    }

    [Fact]
    public void Numbers_are_written_with_their_unit_and_a_true_minus()
    {
        Assert.Equal("82.4%", QualityFigures.Value(Measure.SqlExecutable, 0.824));
        Assert.Equal("79.3–87.0%", QualityFigures.Interval(Measure.SqlExecutable, new(0.83, 0.793, 0.87, 300)));
        Assert.Equal("−5.3 pp", QualityFigures.Change(Measure.SqlExecutable, -0.053));
        Assert.Equal("+1.50 s", QualityFigures.Change(Measure.TimeP50, 1500));
        Assert.Equal("12 / 20", QualityFigures.Share(12, 20));
        Assert.Equal("—", QualityFigures.Value(Measure.Satisfaction, null));
    }

    [Fact]
    public void Every_shared_word_is_translated()
    {
        var file = Path.Combine(Repository.Root, "LlmObs.Web/Resources/Quality/QualityWords.zh.resx");
        var known = XDocument.Load(file).Root!.Elements("data").Select(data => data.Attribute("name")!.Value).ToHashSet();
        Assert.All(Measure.All, measure => Assert.Contains(measure.Name, known));
        Assert.All(QualityWords.Outcomes.Values, word => Assert.Contains(word, known));
        Assert.All(QualityAddress.Groups, group => Assert.Contains(QualityWords.Dimension(group), known));
        Assert.All((string[])["sql", "data", "error"], category => Assert.Contains(QualityWords.Category(category), known));
        Assert.All(Signals.Stars.Keys, signal => Assert.Contains(QualityWords.Signal(signal), known));
    }

    [Fact]
    public void Every_measure_stands_in_the_document()
    {
        var document = File.ReadAllText(Path.Combine(Repository.Root, "docs/quality.md"));
        Assert.All(Measure.All, measure => Assert.Contains($"`{measure.Key}`", document, StringComparison.Ordinal));
    }

    private static TrendPoint Day(int day, long ran, long judged) =>
        new(
            Monday.AddDays(day).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
            Monday.AddDays(day),
            Monday.AddDays(day + 1),
            judged == 0
                ? null
                : new()
                {
                    Requests = judged,
                    SqlJudged = judged,
                    SqlExecutable = ran,
                }
        );
}
