using CsCheck;
using LlmObs.Sls;

namespace LlmObs.Tests.Sls;

public sealed class SlsQueryBuilderTests
{
    private static readonly Gen<string> Hostile = Gen.OneOf(
            "\"",
            "\\",
            "\\\\",
            "\\\"",
            "|",
            "(",
            ")",
            " or ",
            " and not ",
            "*",
            "?",
            ":",
            "#\"",
            "项目",
            "a",
            " ",
            "\n",
            "\0",
            "'",
            "--",
            "]",
            "select 1"
        )
        .List[0, 12]
        .Select(parts => string.Concat(parts));

    [Fact]
    public void Keeps_every_value_inside_its_quotes_whichever_way_backslashes_are_read()
    {
        Gen.Select(Hostile, Hostile, Hostile)
            .Sample(
                (field, value, words) =>
                {
                    var search = new SlsQueryBuilder()
                        .Field("f" + field, value)
                        .Tag("batch_id", value)
                        .Text(words)
                        .Not(new SlsQueryBuilder().AnyOf("f", [value, words]))
                        .Phrase("f", value)
                        .Any(new SlsQueryBuilder().Field("f", words), new SlsQueryBuilder().Text(value))
                        .Search();
                    foreach (var reading in (bool[])[true, false])
                    {
                        var outside = SearchText.Outside(search, reading);
                        Assert.NotNull(outside);
                        var name =
                            field.Length == 0 || outside.StartsWith("(f", StringComparison.Ordinal)
                                ? outside[1..outside.IndexOf(':', StringComparison.Ordinal)]
                                : "¶";
                        Assert.Equal(
                            $"({name}: ¶) and (__tag__:batch_id: ¶) and (¶) and (not (((f: ¶ or f: ¶)))) and (f: #¶) and (((f: ¶)) or ((¶)))",
                            outside
                        );
                    }
                }
            );
    }

    [Theory]
    [InlineData("service", "service")]
    [InlineData("attribute.gen_ai.request.model", "attribute.gen_ai.request.model")]
    [InlineData("file info", "\"file info\"")]
    [InlineData("not", "\"not\"")]
    [InlineData("1st", "\"1st\"")]
    [InlineData("__tag__:host name", "__tag__:\"host name\"")]
    public void Quotes_names_that_are_not_plain(string field, string written) => Assert.Equal(written, SlsQueryBuilder.Name(field));

    [Fact]
    public void Compares_numbers_and_begins_words()
    {
        Assert.Equal(
            "(a >= 1.5) and (b <= -2) and (c in [1 2]) and (d: qwen*)",
            new SlsQueryBuilder().AtLeast("a", 1.5).AtMost("b", -2).Between("c", 1, 2).Prefix("d", "qwen").Search()
        );
        Assert.Throws<ArgumentOutOfRangeException>(() => new SlsQueryBuilder().AtLeast("a", double.NaN));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a*")]
    [InlineData("a) or (*")]
    public void Refuses_a_prefix_that_is_more_than_a_word(string prefix) =>
        Assert.Throws<ArgumentException>(() => new SlsQueryBuilder().Prefix("f", prefix));

    [Fact]
    public void Finds_everything_without_conditions_and_nothing_among_no_values()
    {
        Assert.Equal("*", new SlsQueryBuilder().Search());
        Assert.Equal("(not *)", new SlsQueryBuilder().AnyOf("a", []).Search());
    }
}
