using System.Diagnostics;
using System.Text;
using CsCheck;
using LlmObs.Domain.Spans;
using LlmObs.Web.Rendering;

namespace LlmObs.Tests.Web.Rendering;

public sealed class ContentRendererTests
{
    [Fact]
    public void Never_throws_whatever_goes_in()
    {
        var starts = Gen.OneOf(
            "",
            "{",
            "[",
            "\"",
            "SELECT ",
            "# ",
            "<a>",
            "```json\n",
            "{\"a\":\"",
            "{\"a\":\"\\u",
            "--",
            "/*",
            "'",
            "|---|",
            "![",
            "\\u4f60",
            "> > > >"
        );
        Gen.Select(starts, Gen.String, (start, rest) => start + rest).Sample(text => Rendered.Html(text).Length >= 0, iter: 2000);
    }

    [Fact]
    public void Keeps_every_whole_member_of_JSON_cut_anywhere()
    {
        const string json =
            """{"sql": "SELECT s.store_name, SUM(o.pay_amount) FROM fact_order o", "rows": [{"门店": "上海静安店", "n": -1.5e3}, null, true], "ok": false}""";
        for (var end = 0; end <= json.Length; end++)
        {
            var text = Rendered.Dom(json[..end]).TextContent;
            foreach (
                var whole in (string[])["\"sql\"", "s.store_name", "o.pay_amount", "\"rows\"", "\"门店\"", "上海静安店", "-1.5e3", "null", "false"]
            )
            {
                Assert.True(
                    !json[..end].Contains(whole, StringComparison.Ordinal) || text.Contains(whole, StringComparison.Ordinal),
                    $"{whole} of {json[..end]}"
                );
            }
        }
    }

    [Fact]
    public void Draws_JSON_as_a_tree_and_says_where_it_was_cut()
    {
        var dom = Rendered.Dom("""{"a": {"b": [1, "two"]}, "c": "cut he""");

        Assert.Equal(3, dom.QuerySelectorAll("details").Length);
        Assert.Equal(["\"a\"", "\"b\"", "\"c\""], dom.QuerySelectorAll(".pk").Select(key => key.TextContent));
        Assert.Equal("cut here by its sender", Assert.Single(dom.QuerySelectorAll(".chip.warn")).TextContent);
    }

    [Fact]
    public void Opens_JSON_inside_a_string()
    {
        var dom = Rendered.Dom("""{"arguments": "{\"tables\":[\"fact_order\"],\"with_samples\":false}"}""");

        Assert.Contains("\"tables\"", dom.QuerySelectorAll(".inner .pk").Select(key => key.TextContent));
    }

    [Fact]
    public void Reads_a_value_that_is_one_JSON_string_as_the_text_it_means()
    {
        var dom = Rendered.Dom("\"SELECT s.store_name,\\n       1\\nFROM dim_store s\"");

        Assert.Equal(3, dom.QuerySelectorAll(".code pre > span").Length);
        Assert.Contains("SELECT", dom.QuerySelectorAll(".k").Select(word => word.TextContent));
    }

    [Fact]
    public void Shows_escapes_as_the_characters_they_mean()
    {
        Assert.Contains("你好", Rendered.Html("say \\u4f60\\u597d"), StringComparison.Ordinal);
        Assert.Contains("你好", Rendered.Html("{\"a\": \"\\u4f60\\u597d\"}"), StringComparison.Ordinal);
        Assert.Contains("\\u0022", Rendered.Html("ascii stays \\u0022"), StringComparison.Ordinal);
    }

    [Fact]
    public void Colours_fenced_SQL_inside_Markdown()
    {
        var dom = Rendered.Dom("**Answer**\n\n```sql\nSELECT 1 AS one\nFROM t\n```\n\ndone");

        Assert.Equal(["SELECT", "AS", "FROM"], dom.QuerySelectorAll(".code .k").Select(word => word.TextContent));
        Assert.Equal("done", dom.QuerySelector("p:last-of-type")!.TextContent);
    }

    [Fact]
    public void Emphasises_Chinese_beside_full_width_punctuation() =>
        Assert.Equal("「销售额」", Rendered.Dom("按**「销售额」**排序，`x`").QuerySelector("strong")?.TextContent);

    [Fact]
    public void Gives_a_long_prompt_an_outline_whose_entries_exist()
    {
        var prompt =
            "# Skill\n\nintro\n\n## 角色\n\n你是分析师\n\n## 可用表\n\n### dim_store\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n<output_format>\n{\"refuse\": true}\n</output_format>\n\n## DDL\n\n```sql\n# not a heading\nSELECT 1\n```\n"
            + new string('长', 1500);
        var content = Rendered.Content(prompt);
        var dom = Rendered.Parse(content.Html.ToString()!);

        Assert.Equal(["Skill", "角色", "可用表", "dim_store", "<output_format>", "DDL"], content.Outline.Select(entry => entry.Title));
        Assert.Equal([false, false, false, true, false, false], content.Outline.Select(entry => entry.IsInner));
        Assert.All(content.Outline, entry => Assert.NotNull(dom.QuerySelector($"details#{entry.Id}")));
    }

    [Fact]
    public void Shows_any_part_of_a_long_value()
    {
        var line = "第 {0} 行：SELECT pay_amount FROM fact_order，**很长** 的提示词 with some English words in it\n";
        var prompt = new StringBuilder("# 提示词\n");
        for (var i = 0; prompt.Length < 1_500_000; i++)
        {
            prompt.AppendFormat(System.Globalization.CultureInfo.InvariantCulture, line, i);
        }

        var value = prompt.ToString();
        var last = TextParts.Count(value.Length);

        Assert.Contains("第 0 行", Rendered.Parse(Rendered.Content(value).Html.ToString()!).TextContent, StringComparison.Ordinal);
        Assert.Contains(
            $"第 {value.Count(c => c == '\n') - 2} 行",
            Rendered.Parse(Rendered.Content(value, part: last).Html.ToString()!).TextContent,
            StringComparison.Ordinal
        );
        Assert.Equal(TextPart.Of(value, last), TextPart.Of(value, 1000));
    }

    [Fact]
    public void Parts_of_any_text_join_to_the_text_and_split_no_character() =>
        Gen.Select(
                Gen.OneOf("x", "😀", "中\n"),
                Gen.Int[0, 700_000],
                (piece, length) => string.Concat(Enumerable.Repeat(piece, length / piece.Length))
            )
            .Sample(
                text =>
                {
                    var parts = Enumerable.Range(1, TextParts.Count(text.Length)).Select(part => TextParts.Of(text, part)).ToList();
                    return string.Concat(parts.Select(part => text[part.Start..part.End])) == text
                        && parts.All(part => part.Start == part.End || !char.IsLowSurrogate(text[part.Start]));
                },
                iter: 60
            );

    [Fact]
    public void Says_who_cut_a_document()
    {
        const string cut = """{"a": "b", "c": "cut he""";

        Assert.Equal("cut here by its sender", Rendered.Dom(cut).QuerySelector(".chip.warn")!.TextContent);
        Assert.Contains(
            "MaxAttributeBytes",
            Rendered.Of(cut, new RenderRequest("v", IsCutByUs: true)).QuerySelector(".chip.warn")!.TextContent,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Reads_a_value_as_what_the_reader_says_it_is()
    {
        Assert.Equal("SQL", Rendered.As(TextFormat.Sql, "call refresh_sales()").QuerySelector(".lang")!.TextContent);
        Assert.Equal("x", Rendered.As(TextFormat.Markdown, "*x*").QuerySelector("em")!.TextContent);
        Assert.Empty(Rendered.As(TextFormat.Text, "# no heading").QuerySelectorAll("h3, h4, details"));
        Assert.Contains("no JSON", Rendered.As(TextFormat.Json, "no JSON").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_the_database_a_statement_is_for()
    {
        Assert.Equal("SQL · MySQL", Rendered.Of("SELECT 1 FROM t", new RenderRequest("v", Dialect: "MySQL")).QuerySelector(".lang")!.TextContent);
        Assert.Equal("SQL · PostgreSQL", Rendered.Dom("# x\n```postgresql\nSELECT 1\n```").QuerySelector(".lang")!.TextContent);
    }

    [Fact]
    public void Remembers_that_escapes_were_shown_as_characters()
    {
        Assert.True(Rendered.Content("say \\u4f60\\u597d").HasEscapes);
        Assert.True(Rendered.Content("{\"a\": \"\\u4f60\"}").HasEscapes);
        Assert.False(Rendered.Content("{\"a\": \"你\\n\"}").HasEscapes);
        Assert.Equal("\"你\"", Rendered.Dom("{\"a\": \"\\u4f60\"}").QuerySelector(".esc")!.TextContent);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("> ")]
    [InlineData("*a_")]
    [InlineData("<a>")]
    [InlineData("{\"a\":")]
    [InlineData("`")]
    [InlineData("(")]
    [InlineData("![")]
    public void Does_not_hang_on_repetition(string piece)
    {
        var value = "# x\n" + string.Concat(Enumerable.Repeat(piece, 100_000 / piece.Length));
        var clock = Stopwatch.StartNew();

        Rendered.Html(value);

        // A linear renderer takes milliseconds, a quadratic one minutes: this tells them apart on any machine.
        Assert.True(clock.Elapsed < TimeSpan.FromMinutes(1), $"{piece}: {clock.Elapsed}");
    }

    [Fact]
    public void Loses_no_word_whatever_the_text_is_taken_for()
    {
        // Layout may change white space, Markdown reads its own marks, JSON drops commas; words stay.
        var pieces = Gen.OneOf([
            "w{0} ",
            "中{0}文\n",
            "SELECT c{0} FROM t{0};\n",
            "{{\"k{0}\": [1, \"v{0}\"]}}\n",
            "User: u{0}\n",
            "Assistant: a{0}\n",
            "## h{0}\n",
            "<tag>\nb{0}\n</tag>\n",
            "```python\nprint({0})\n```\n",
            "ValueError: e{0}\n",
            "  at x.f{0}(f.js:1:2)\n",
            "key{0}: v{0}\n",
            "- i{0}\n",
            "\n\n",
        ]);
        pieces
            .Array[0, 60]
            .Select(parts => string.Concat(parts.Select((part, i) => string.Format(System.Globalization.CultureInfo.InvariantCulture, part, i))))
            .Sample(
                text =>
                {
                    var shown = Rendered.Dom(text).TextContent;
                    foreach (System.Text.RegularExpressions.Match word in System.Text.RegularExpressions.Regex.Matches(text, @"[\w\d]+"))
                    {
                        Assert.True(
                            word.Value is "python" or "tag" || shown.Contains(word.Value, StringComparison.Ordinal),
                            $"{word.Value} of\n{text}"
                        );
                    }
                },
                iter: 300
            );
    }

    [Fact]
    public void Loses_no_text_of_a_long_plain_value()
    {
        Gen.OneOf("a", "\n", "中", "\n\n", "long words ", "😀")
            .Array[0, 3000]
            .Select(string.Concat)
            .Sample(
                text =>
                    FormatDetector.Detect(text) != TextFormat.Text
                    || Rendered.Dom(text).TextContent.Replace("\n", "", StringComparison.Ordinal) == text.Replace("\n", "", StringComparison.Ordinal),
                iter: 100
            );
    }
}
