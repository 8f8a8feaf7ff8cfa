using LlmObs.Web.Search;

namespace LlmObs.Tests.Web.Search;

public sealed class QueryTextTests
{
    [Theory]
    [InlineData("", "status: error")]
    [InlineData("*", "status: error")]
    [InlineData("gmv_amount", "gmv_amount and status: error")]
    [InlineData("kind: llm duration > 5s", "kind: llm and duration > 5s and status: error")]
    [InlineData("a or b", "(a or b) and status: error")]
    [InlineData("(a or b) not c", "(a or b) and not c and status: error")]
    [InlineData("status: ok", "(status: ok or status: error)")]
    [InlineData("status: ok and x", "(status: ok or status: error) and x")]
    [InlineData("(status: ok or status: unset) x", "(status: ok or status: unset or status: error) and x")]
    [InlineData("not status: error", "not status: error and status: error")]
    [InlineData("latency in [1 20) 退款", "latency in [1 20) and 退款 and status: error")]
    public void Adds_a_condition_and_keeps_what_was_typed(string line, string expected) =>
        Assert.Equal(expected, QueryText.Parse(line).Toggle("status", "error"));

    [Theory]
    [InlineData("status: error", "")]
    [InlineData("status:error and gmv_amount", "gmv_amount")]
    [InlineData("gmv_amount STATUS : \"Error\" kind: llm", "gmv_amount and kind: llm")]
    [InlineData("(status: ok or status: error) and x", "status: ok and x")]
    [InlineData("status: ok or status: error", "status: ok")]
    public void Takes_away_a_condition_that_is_there(string line, string expected)
    {
        var query = QueryText.Parse(line);

        Assert.True(query.Has("status", "error"));
        Assert.Equal(expected, query.Toggle("status", "error"));
    }

    [Theory]
    [InlineData("qwen3:8b")]
    [InlineData("two words")]
    [InlineData("say \"hi\"")]
    [InlineData("back\\slash")]
    [InlineData("ends in \\")]
    [InlineData("wild*")]
    [InlineData("and")]
    [InlineData("a) or (b")]
    [InlineData("订单:查询")]
    [InlineData("#\"x")]
    public void A_value_of_any_letters_toggles_on_and_off_again(string value)
    {
        var on = QueryText.Parse("before").Toggle("model", value);

        Assert.True(QueryText.Parse(on).Has("model", value), on);
        Assert.Equal("before", QueryText.Parse(on).Toggle("model", value));
    }

    [Theory]
    [InlineData("not status: error")]
    [InlineData("not (status: error)")]
    [InlineData("status: error or kind: llm")]
    [InlineData("(status: error or kind: llm)")]
    [InlineData("statuses: error")]
    [InlineData("\"status: error\"")]
    public void A_filter_is_not_on_when_the_line_does_not_demand_it(string line) => Assert.False(QueryText.Parse(line).Has("status", "error"));

    [Theory]
    [InlineData("", "not status: error")]
    [InlineData("x", "x and not status: error")]
    [InlineData("a or b", "(a or b) and not status: error")]
    [InlineData("status: error", "not status: error")]
    [InlineData("(status: error or status: ok) and x", "status: ok and x and not status: error")]
    [InlineData("x not status: error", "x")]
    [InlineData("not (status: error or status: ok)", "not status: ok")]
    public void Leaves_a_value_out_and_lets_it_in_again(string line, string expected) =>
        Assert.Equal(expected, QueryText.Parse(line).Exclude("status", "error"));

    [Theory]
    [InlineData("", "status: error")]
    [InlineData("status: error", "status: error")]
    [InlineData("not status: error", "status: error")]
    [InlineData("x and not status: error", "x and status: error")]
    public void Asks_for_a_value_that_was_left_out(string line, string expected) =>
        Assert.Equal(expected, QueryText.Parse(line).Include("status", "error"));

    [Fact]
    public void Says_nothing_of_a_field_when_told_so() =>
        Assert.Equal("x", QueryText.Parse("kind: llm x not kind: db not (kind: tool or kind: http)").SilentOn("kind"));

    [Theory]
    [InlineData("attribute.app.tenant", "attribute.app.tenant: acme")]
    [InlineData("attribute.租户 id", "\"attribute.租户 id\": acme")]
    [InlineData("resource.k8s/pod", "\"resource.k8s/pod\": acme")]
    public void A_field_of_any_name_can_be_asked_for_and_left_out(string field, string expected)
    {
        var line = QueryText.Parse("").Include(field, "acme");

        Assert.Equal(expected, line);
        Assert.Equal("", QueryText.Parse(line).Toggle(field, "acme"));
        Assert.Equal("not " + expected, QueryText.Parse(line).Exclude(field, "acme"));
        Assert.NotEqual("*", LlmObs.TraceLog.QueryLine.Parse(line).Search);
    }

    [Fact]
    public void Both_names_of_the_environment_are_one_field() => Assert.Equal("", QueryText.Parse("env: prod").Toggle("environment", "prod"));

    [Fact]
    public void Two_values_of_one_field_are_both_on()
    {
        var query = QueryText.Parse("(kind: llm or kind: \"tool\") and x");

        Assert.Equal(["llm", "tool"], query.ValuesOf("kind"));
        Assert.Equal("x", query.WithoutField("kind"));
        Assert.Equal("x and kind: db", query.Only("kind", "db"));
    }

    [Fact]
    public void Knows_the_conditions_one_by_one()
    {
        var query = QueryText.Parse("status: error \"gmv_amont\" and duration > 5s not env: debug and (a or b) cost in (1 2]");

        Assert.Equal(
            ["status: error", "\"gmv_amont\"", "duration > 5s", "not env: debug", "(a or b)", "cost in (1 2]"],
            query.Parts.Select(part => part.Source)
        );
        Assert.Equal("status: error and duration > 5s and not env: debug and (a or b) and cost in (1 2]", query.Without(query.Parts[1]));
    }

    [Theory]
    [InlineData("4bf92f3577b34da6a3ce929d0e0e4736", true)]
    [InlineData("  5-10-14-7f3a ", true)]
    [InlineData("u_10086", true)]
    [InlineData("\"u-10086\"", false)]
    [InlineData("not u-10086", false)]
    [InlineData("user: u-10086", false)]
    [InlineData("two words", false)]
    [InlineData("u-1*", false)]
    [InlineData("", false)]
    public void Only_a_single_bare_word_may_be_an_id(string line, bool expected) =>
        Assert.Equal(expected, QueryText.Parse(line).OnlyWord is not null);

    [Fact]
    public void Marks_what_was_searched_for_and_not_what_was_excluded() =>
        Assert.Equal(
            ["退款率", "no such column", "gmv", "SELECT"],
            QueryText.Parse("退款率 #\"no such column\" gmv* not draft service: web input: SELECT").Words
        );

    [Theory]
    [InlineData("(")]
    [InlineData(")")]
    [InlineData("\"")]
    [InlineData("a:")]
    [InlineData("not")]
    [InlineData("not not")]
    [InlineData("a in [1")]
    [InlineData("or or")]
    [InlineData("((a) b")]
    [InlineData("a : : b \\")]
    public void Bears_whatever_is_half_typed(string line)
    {
        var query = QueryText.Parse(line);

        Assert.True(QueryText.Parse(query.Toggle("status", "error")).Parts.Count >= 1);
        Assert.All(query.Parts, part => Assert.Contains(part.Source, line));
    }
}
