using CsCheck;
using LlmObs.Domain.Scores;
using LlmObs.Tests.Sls;
using LlmObs.TraceLog;

namespace LlmObs.Tests.TraceLog;

public sealed class QueryLineTests
{
    [Theory]
    [InlineData("", "*")]
    [InlineData("  ", "*")]
    [InlineData("*", "*")]
    [InlineData("订单", "\"订单\"")]
    [InlineData("timeout error", "(\"timeout\" and \"error\")")]
    [InlineData("ok or error and timeout", "(\"ok\" or (\"error\" and \"timeout\"))")]
    [InlineData("(ok or error) and timeout", "((\"ok\" or \"error\") and \"timeout\")")]
    [InlineData("service: gateway not status: error", "(service: \"gateway\" and (not status: \"error\"))")]
    [InlineData("not a AND NOT b", "((not \"a\") and (not \"b\"))")]
    [InlineData("notice orders android", "(\"notice\" and \"orders\" and \"android\")")]
    [InlineData("trace: abc", "traceID: \"abc\"")]
    [InlineData("Session:\"a b\"", "sessionId: \"a b\"")]
    [InlineData("kind:llm", "spanKind: \"llm\"")]
    [InlineData("conversation:c1", "sessionId: \"c1\"")]
    [InlineData("run:94e95434-b9cd", "attribute.dify.workflow_run_id: \"94e95434-b9cd\"")]
    [InlineData("node_type:llm node:\"SQL 生成\"", "(attribute.dify.node.type: \"llm\" and attribute.dify.node.title: \"SQL 生成\")")]
    [InlineData("statuscode: ERROR", "statusCode: \"ERROR\"")]
    [InlineData("error: *", "(errorType: * or statusMessage: *)")]
    [InlineData("not error: *", "(not (errorType: * or statusMessage: *))")]
    [InlineData("input: 订单*", "(input: 订单* or prompt: 订单*)")]
    [InlineData("parent: \"\"", "parentSpanID: \"\"")]
    [InlineData("duration > 5s", "duration > 5000000")]
    [InlineData("duration>=300ms", "duration >= 300000")]
    [InlineData("duration < 1.5ms", "duration < 1500")]
    [InlineData("duration in [1s 2m)", "duration in [1000000 120000000)")]
    [InlineData("duration in (500, 1h]", "duration in (500 3600000000]")]
    [InlineData("ttft > 2s", "ttft > 2000")]
    [InlineData("tokens > 1000", "totalTokens > 1000")]
    [InlineData("input_tokens: 12", "inputTokens = 12")]
    [InlineData("cost > 0.01", "cost > 0.01")]
    [InlineData("cost: *", "cost: *")]
    [InlineData("attribute.gen_ai.usage.input_tokens > 10", "attribute.gen_ai.usage.input_tokens > 10")]
    [InlineData("gen_ai.usage.input_tokens > 10", "attribute.gen_ai.usage.input_tokens > 10")]
    [InlineData("http.route: /api/chat", "(attribute.http.route: \"/api/chat\" or resource.http.route: \"/api/chat\")")]
    [InlineData("__tag__:batch_id: 12", "__tag__:batch_id: \"12\"")]
    [InlineData("release: a:b=c", "release: \"a:b=c\"")]
    [InlineData("\"a | b\"", "\"a | b\"")]
    [InlineData("\"and\"", "\"and\"")]
    [InlineData("\"say \\\"hi\\\"\"", "\"say \\\"hi\\\"\"")]
    [InlineData("c:\\", null)]
    [InlineData("a\\", "\"a\\\\ \"")]
    [InlineData("#\"timeout error\" service: a", "(#\"timeout error\" and service: \"a\")")]
    [InlineData("output:#\"timeout error\"", "output: #\"timeout error\"")]
    [InlineData("#\"a b\" (c or d)", "(#\"a b\" and (\"c\" or \"d\"))")]
    [InlineData("model: qwen* provider: x", "(model: qwen* and provider: \"x\")")]
    public void Writes_the_search_it_read(string line, string? search)
    {
        if (search is null)
        {
            Assert.Throws<QueryException>(() => QueryLine.Parse(line));
            return;
        }

        Assert.Equal(search, QueryLine.Parse(line).Search);
    }

    [Theory]
    [InlineData("score.user_feedback < 3 退款", "\"退款\"", "{0}")]
    [InlineData("score.a: b", "*", "{0}")]
    [InlineData("not score.a: *", "*", "(not {0})")]
    [InlineData("退款 score.a: 1 and not score.b: x", "\"退款\"", "({0} and (not {1}))")]
    [InlineData("(score.a: 1 or score.a: 2) service: s", "service: \"s\"", "({0} or {1})")]
    [InlineData("not (score.a: 1 or score.b: 2)", "*", "(not ({0} or {1}))")]
    [InlineData("a (b and score.c: d)", "(\"a\" and \"b\")", "{0}")]
    [InlineData("attribute.score.a: b", "attribute.score.a: \"b\"", null)]
    [InlineData("score.a", "\"score.a\"", null)]
    public void Keeps_what_is_asked_of_scores_apart_from_the_search(string text, string search, string? logic)
    {
        var line = QueryLine.Parse(text);

        Assert.Equal((search, logic), (line.Search, line.ScoreLogic));
    }

    [Fact]
    public void Reads_what_is_asked_of_a_score()
    {
        Assert.Equal(new("a"), Asked("score.a: *"));
        Assert.Equal(new("a", null, "wrong"), Asked("Score.a: wrong"));
        Assert.Equal(new("回答 质量", null, "and"), Asked("\"score.回答 质量\": \"and\""));
        Assert.Equal(new("a", NumberRange.Only(1), "true"), Asked("score.a: true"));
        Assert.Equal(new("a", NumberRange.Only(0), "False"), Asked("score.a = False"));
        Assert.Equal(new("a", NumberRange.Only(0.5), "0.5"), Asked("score.a:0.5"));
        Assert.Equal(new("a", new(double.NegativeInfinity, true, 3, false)), Asked("score.a < 3"));
        Assert.Equal(new("a", new(double.NegativeInfinity, true, -1.5, true)), Asked("score.a <= -1.5"));
        Assert.Equal(new("a", new(3, false, double.PositiveInfinity, true)), Asked("score.a > 3"));
        Assert.Equal(new("a", new(0.2, true, 1, false)), Asked("score.a in [0.2 1)"));

        static ScoreCondition Asked(string text) => Assert.Single(QueryLine.Parse(text).Scores);
    }

    [Theory]
    [InlineData("a | select 1", 2, "analysis")]
    [InlineData("a \"b", 2, "not closed")]
    [InlineData("(a or b", 0, "not closed")]
    [InlineData("a) or (b", 1, "too many")]
    [InlineData("*way", 0, "wildcard")]
    [InlineData("service: ?a", 9, "wildcard")]
    [InlineData("serivce: a", 0, "service")]
    [InlineData("colour: red", 0, "no field 'colour'")]
    [InlineData("x:y", 0, "put it in quotes")]
    [InlineData("a and", 5, "missing")]
    [InlineData("a or or b", 5, "both sides")]
    [InlineData("and b", 0, "both sides")]
    [InlineData("()", 1, null)]
    [InlineData("service:", 8, "missing after service")]
    [InlineData("service: (a or b)", 9, "missing after service")]
    [InlineData("service > 5", 0, "no order")]
    [InlineData("status in [1 2]", 0, "needs a number")]
    [InlineData("duration > fast", 11, "300ms")]
    [InlineData("tokens > 5s", 9, "no number")]
    [InlineData("tokens > NaN", 9, "no number")]
    [InlineData("tokens in [1 2", 14, "brackets")]
    [InlineData("a or #\"b c\"", 5, "phrase")]
    [InlineData("not #\"b c\"", 4, "phrase")]
    [InlineData("input:#\"b c\"", 6, "stands for")]
    [InlineData("a;drop*", 0, "';'")]
    [InlineData("a score.: b", 2, "name of a score")]
    [InlineData("score.a < b", 10, "no number")]
    [InlineData("score.a in [1 x]", 14, "no number")]
    [InlineData("score.a: wr*", 9, "whole word")]
    [InlineData("score.a: #\"b c\"", 9, "no phrase")]
    [InlineData("score.a:", 8, "missing after score.a")]
    [InlineData("b or score.a: c", 5, "share 'or'")]
    [InlineData("b and (c or score.a: d)", 12, "share 'or'")]
    [InlineData("not (b score.a: c)", 7, "share 'not'")]
    [InlineData("score.a: 1 score.b: 1 score.c: 1 score.d: 1 score.e: 1 score.f: 1", 55, "more than 5 scores")]
    public void Says_where_and_why_it_does_not_understand(string line, int position, string? says)
    {
        var error = Assert.Throws<QueryException>(() => QueryLine.Parse(line));

        Assert.Equal(position, error.Position);
        Assert.Contains(says ?? "", error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Refuses_lines_that_are_too_long_too_deep_or_too_many()
    {
        Assert.Throws<QueryException>(() => QueryLine.Parse(new string('a', 4001)));
        Assert.Throws<QueryException>(() => QueryLine.Parse(new string('(', 2000) + "a" + new string(')', 1999)));
        Assert.Throws<QueryException>(() => QueryLine.Parse(string.Concat(Enumerable.Repeat("not ", 900)) + "a"));
        Assert.Throws<QueryException>(() => QueryLine.Parse(string.Join(' ', Enumerable.Range(0, 101))));
    }

    [Fact]
    public void Lets_nothing_typed_out_of_its_parentheses()
    {
        var pieces = Gen.OneOf(
                "\"",
                "\\",
                "\\\"",
                "|",
                "(",
                ")",
                " or ",
                " and ",
                " not ",
                "*",
                "?",
                ":",
                "#\"",
                "#",
                "项目",
                "a",
                "b*",
                " ",
                "\n",
                "'",
                "]",
                "[",
                " in [",
                "1",
                "5s",
                ">",
                "=",
                "service",
                "duration",
                "input:",
                "\"x y\"",
                "__tag__:",
                "a.b",
                "score.a"
            )
            .List[0, 14]
            .Select(parts => string.Concat(parts));
        var understood = 0;
        pieces.Sample(
            line =>
            {
                QueryLine read;
                try
                {
                    read = QueryLine.Parse(line);
                }
                catch (QueryException error)
                {
                    Assert.InRange(error.Position, 0, line.Length);
                    return;
                }

                Interlocked.Increment(ref understood);
                var search = read.Search;
                Assert.Matches(@"^(\{\d\}|[() ]|and|or|not)*$", read.ScoreLogic ?? "");
                foreach (var reading in (bool[])[true, false])
                {
                    var outside = SearchText.Outside(search, reading);
                    Assert.NotNull(outside);
                    Assert.DoesNotContain('|', outside);
                    // Ranges are the one place where brackets need not pair.
                    var withoutRanges = System.Text.RegularExpressions.Regex.Replace(outside, @" in [\[(]-?[\d.]+ -?[\d.]+[\])]", "");
                    Assert.True(SearchText.IsBalanced(withoutRanges), outside);
                }
            },
            iter: 20_000
        );
        Assert.True(understood > 1000, $"Only {understood} lines were understood.");
    }

    [Theory]
    [InlineData("订单 service: gateway", "订单")]
    [InlineData("\"timeout error\"", "timeout error|timeout|error")]
    [InlineData("not secret input: api*", "api")]
    [InlineData("a or not (b or c) d", "a|d")]
    [InlineData("service: gateway", "")]
    [InlineData("one two three four five", "one|two|three|four")]
    public void Knows_the_words_to_show_in_a_snippet(string line, string words) => Assert.Equal(words, string.Join('|', QueryLine.Parse(line).Words));
}
