using LlmObs.TraceLog;
using LlmObs.Web.Search;

namespace LlmObs.Tests.Web.Search;

public sealed class QueryCaretTests
{
    // The bar is the caret.
    [Theory]
    [InlineData("|", null, "", "", "")]
    [InlineData("mod|", null, "mod", "mod", "")]
    [InlineData("mo|del", null, "mo", "model", "")]
    [InlineData("status: error and mod|", null, "mod", "mod", "status: error")]
    [InlineData("model: qw|", "model", "qw", "qw", "")]
    [InlineData("model:|", "model", "", "", "")]
    [InlineData("model: |", "model", "", "", "")]
    [InlineData("model: \"qwen 3|\" and x", "model", "qwen 3", "\"qwen 3\"", "x")]
    [InlineData("a and not user: u|", "user", "u", "u", "a")]
    [InlineData("a or | b", null, "", "", "a b")]
    [InlineData("(kind: l|", "kind", "l", "l", "(")]
    [InlineData("退款|率 status: ok", null, "退款", "退款率", "status: ok")]
    [InlineData("duration > 5|", "duration", "5", "5", "")]
    public void Knows_what_is_being_written(string line, string? field, string typed, string replaced, string rest)
    {
        var at = line.IndexOf('|', StringComparison.Ordinal);
        line = line.Remove(at, 1);
        var caret = QueryCaret.Of(line, at);

        Assert.Equal((field, typed, replaced, rest), (caret.Field, caret.Typed, line[caret.From..caret.To], caret.Rest));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(99)]
    public void A_caret_outside_of_the_line_is_at_its_end(int at) => Assert.Equal("mod", QueryCaret.Of("mod", at).Typed);

    [Fact]
    public void Fields_that_begin_so_come_before_fields_that_hold_it()
    {
        var fields = SuggestionReader.FieldsFor("to").Select(suggestion => suggestion.Insert).ToList();

        Assert.Equal(
            ["tools: ", "tokens > "],
            fields.Where(insert => insert.StartsWith("to", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Reverse()
        );
        Assert.Contains("input_tokens > ", fields);
        Assert.True(fields.IndexOf("tokens > ") < fields.IndexOf("input_tokens > "));
    }

    [Fact]
    public void Every_field_that_is_offered_can_be_searched() =>
        Assert.All(
            SpanField.All,
            field => QueryLine.Parse($"{field.Name}: {(field.Type is SpanFieldType.Number or SpanFieldType.Duration ? "1" : "x")}")
        );
}
