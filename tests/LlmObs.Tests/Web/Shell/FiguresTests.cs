using LlmObs.Domain.Spans;
using LlmObs.Web.Formatting;

namespace LlmObs.Tests.Web.Shell;

public sealed class FiguresTests
{
    [Theory]
    [InlineData(0, "0 ms")]
    [InlineData(412_345, "412 µs")]
    [InlineData(999_600, "1.00 ms")]
    [InlineData(4_120_000, "4.12 ms")]
    [InlineData(46_000_000, "46 ms")]
    [InlineData(999_600_000, "1.00 s")]
    [InlineData(8_810_000_000, "8.81 s")]
    [InlineData(9_999_000_000, "10.0 s")]
    [InlineData(41_820_000_000, "41.8 s")]
    [InlineData(59_970_000_000, "1 m 00 s")]
    [InlineData(125_000_000_000, "2 m 05 s")]
    [InlineData(3_599_600_000_000, "1 h 00 m")]
    [InlineData(11_220_000_000_000, "3 h 07 m")]
    public void A_duration_has_three_figures_and_a_unit(long nano, string expected) => Assert.Equal(expected, Figures.Duration(nano).ToString());

    [Theory]
    [InlineData("0.0914", "CNY", "¥0.0914")]
    [InlineData("0.00009", "CNY", "<¥0.0001")]
    [InlineData("0", "USD", "$0")]
    [InlineData("12.4", "USD", "$12.40")]
    [InlineData("1234.5", "SGD", "SGD 1,234.50")]
    public void Money_has_its_sign_and_four_decimals_while_small(string total, string currency, string expected) =>
        Assert.Equal(
            expected,
            Figures.Money(new Cost(null, null, decimal.Parse(total, System.Globalization.CultureInfo.InvariantCulture), currency))
        );

    [Fact]
    public void Unknown_is_a_dash_and_zero_is_zero()
    {
        Assert.Equal("—", Figures.Money(null));
        Assert.Equal("—", Figures.Count((long?)null));
        Assert.Equal("0", Figures.Count(0));
        Assert.Equal("−3", Figures.Count(-3));
    }

    [Theory]
    [InlineData(800, "800")]
    [InlineData(4_427, "4,427")]
    [InlineData(20_000, "20k")]
    [InlineData(1_500_000, "1.5M")]
    public void An_axis_is_short(long count, string expected) => Assert.Equal(expected, Figures.Axis(count));

    [Theory]
    [InlineData(512, "512 bytes")]
    [InlineData(10_000_000, "10.0 MB")]
    [InlineData(999_600, "1.00 MB")]
    public void Bytes_are_counted_in_thousands(long bytes, string expected) => Assert.Equal(expected, Figures.Bytes(bytes).ToString());

    [Fact]
    public void Times_are_written_alike_in_every_language()
    {
        var at = new DateTimeOffset(2025, 10, 14, 14, 32, 7, 412, TimeSpan.FromHours(-5));

        Assert.Equal("14:32:07.412", Figures.Time(at) + Figures.Milliseconds(at));
        Assert.Equal("10-14 14:32:07", Figures.DayAndTime(at));
        Assert.Equal("−05:00", Figures.Offset(at));
    }

    [Theory]
    [InlineData("near \"SUM(gmv_amount)\"", "GMV_Amount", "near \"SUM([gmv_amount])\"")]
    [InlineData("退款率是多少？退款率=退款金额", "退款率", "[退款率]是多少？[退款率]=退款金额")]
    [InlineData("no such column: order no", "no such column", "[no such column]: order [no]")]
    [InlineData("<b>", "b", "<[b]>")]
    [InlineData("nothing", "x", "nothing")]
    [InlineData("", "x", "")]
    public void Searched_words_are_marked_and_nothing_is_lost(string text, string word, string expected)
    {
        var pieces = Marks.Split(text, [word]).ToList();

        Assert.Equal(text, string.Concat(pieces.Select(piece => piece.Piece)));
        Assert.Equal(expected, string.Concat(pieces.Select(piece => piece.IsHit ? $"[{piece.Piece}]" : piece.Piece)));
    }

    [Theory]
    [InlineData("退款率在前", "退款率在前")]
    [InlineData("short lead 退款率", "short lead 退款率")]
    [InlineData("a very long lead of many words before 退款率 and after", "…words before 退款率 and after")]
    [InlineData("没有空格的很长很长很长很长很长很长的一句话退款率", "…很长很长很长很长很长很长的一句话退款率")]
    [InlineData("a very long text in which nothing was found at all", "a very long text in which nothing was found at all")]
    public void A_line_begins_a_little_before_its_first_hit(string text, string expected) => Assert.Equal(expected, Marks.From(text, ["退款率"]));

    [Fact]
    public void Every_kind_has_its_own_silhouette()
    {
        var looks = Enum.GetValues<SpanKind>().Select(KindLook.Of).ToList();

        Assert.Equal(looks.Count, looks.Select(look => look.Icon).Distinct().Count());
    }
}
