using LlmObs.Domain.Dify;

namespace LlmObs.Tests.Domain.Dify;

public sealed class DifyJsonTests
{
    [Theory]
    [InlineData("""{"q": "\u4e2d\u6587"}""", """{"q": "中文"}""")]
    [InlineData("""{"emoji": "\ud83d\ude00"}""", """{"emoji": "😀"}""")]
    [InlineData("""{"half": "\ud83d"}""", "{\"half\": \"\uFFFD\"}")]
    [InlineData("""{"literal": "\\u4e2d", "quote": "\u0022", "nul": "\u0000"}""", """{"literal": "\\u4e2d", "quote": "\u0022", "nul": "\u0000"}""")]
    [InlineData("""{"cut": "\u4e2""", """{"cut": "\u4e2""")]
    [InlineData("""{"cut": "\u4e2d...""", """{"cut": "中...""")]
    public void Escapes_are_shown_as_characters_and_what_is_json_stays_so(string stored, string readable) =>
        Assert.Equal(readable, DifyJson.Readable(stored));

    [Fact]
    public void Numbers_that_json_has_not_are_read_as_nothing()
    {
        var document = DifyJson.Object("""{"a": NaN, "b": -Infinity, "c": "NaN stays", "d": 1}""");

        Assert.Null(document!.Value.Member("a"));
        Assert.Null(document.Value.Member("b"));
        Assert.Equal("NaN stays", document.Value.Text("c"));
        Assert.Equal(1, document.Value.Number("d"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("{\"a\": ")]
    [InlineData("plain text")]
    public void What_is_no_json_is_no_object(string? text) => Assert.Null(DifyJson.Object(text));

    [Fact]
    public void Half_a_surrogate_pair_does_not_throw() => Assert.Equal("x\uFFFD", DifyJson.Object("""{"a": "x\ud800"}""")!.Value.Text("a"));
}
