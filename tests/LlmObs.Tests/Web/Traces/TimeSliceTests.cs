using LlmObs.Web.Pages.Traces;

namespace LlmObs.Tests.Web.Traces;

public sealed class TimeSliceTests
{
    private static readonly TimeSlice Middle = new(25, 75);

    [Theory]
    [InlineData("25-75", 25, 75)]
    [InlineData("0.5-1.25", 0.5, 1.25)]
    [InlineData(null, 0, 100)]
    [InlineData("75-25", 0, 100)]
    [InlineData("10-10.01", 0, 100)]
    [InlineData("-5-50", 0, 100)]
    [InlineData("50-101", 0, 100)]
    [InlineData("NaN-50", 0, 100)]
    [InlineData("a-b", 0, 100)]
    public void What_is_no_part_of_the_time_is_the_whole(string? text, double from, double to) => Assert.Equal(new(from, to), TimeSlice.Read(text));

    [Fact]
    public void A_part_is_written_as_it_is_read()
    {
        Assert.Equal("12.5-40", new TimeSlice(12.5, 40).Word);
        Assert.Null(TimeSlice.Whole.Word);
    }

    [Fact]
    public void A_bar_is_drawn_as_wide_as_it_is_in_the_part_and_cut_at_its_edges()
    {
        Assert.Equal(new TraceBar(50, 20, 10, false, "after"), Middle.Of(new TraceBar(50, 10, 5, false, "after")));
        Assert.Equal(new TraceBar(0, 100, 0, true, "inside"), Middle.Of(new TraceBar(0, 100, 10, true, "inside")));
    }

    [Fact]
    public void What_lies_outside_is_not_drawn()
    {
        Assert.Null(Middle.Of(new TraceBar(0, 25, 0, false, "after")));
        Assert.Null(Middle.Of(new TraceBar(75, 25, 0, false, "before")));
        Assert.Equal(0, Middle.Of(new CriticalMark(80, 10, false)).Width);
    }

    [Fact]
    public void The_whole_changes_nothing()
    {
        var bar = new TraceBar(12, 34, 5, true, "after");

        Assert.Same(bar, TimeSlice.Whole.Of(bar));
    }
}
