using LlmObs.Sls.Emulator.Sql;

namespace LlmObs.Tests.Sls.Emulator;

public sealed class PrestoValueTests
{
    [Theory]
    [InlineData(12.5, "12.5")]
    [InlineData(830.0, "830.0")]
    [InlineData(0.0, "0.0")]
    [InlineData(-3.0, "-3.0")]
    [InlineData(1e10, "1.0E10")]
    [InlineData(12345678.9, "1.23456789E7")]
    [InlineData(9999999.0, "9999999.0")]
    [InlineData(0.001, "0.001")]
    [InlineData(0.00012, "1.2E-4")]
    [InlineData(-1.5e-7, "-1.5E-7")]
    [InlineData(1e100, "1.0E100")]
    [InlineData(33.333333333333336, "33.333333333333336")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.NegativeInfinity, "-Infinity")]
    public void Prints_doubles_as_presto_does(double number, string expected) => Assert.Equal(expected, PrestoValue.Format(number));

    [Fact]
    public void Prints_times_booleans_lists_and_null()
    {
        Assert.Equal("2026-03-01 10:00:00.000", PrestoValue.Format(new DateTime(2026, 3, 1, 10, 0, 0, DateTimeKind.Unspecified)));
        Assert.Equal("true", PrestoValue.Format(true));
        Assert.Equal("[1, 2]", PrestoValue.Format(new List<int> { 1, 2 }));
        Assert.Equal("null", PrestoValue.Format(null));
    }
}
