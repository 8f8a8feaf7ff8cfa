using LlmObs.Domain;
using LlmObs.Web.Pages.Traces;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace LlmObs.Tests.Web.Traces;

public sealed class ValueChoicesTests
{
    [Fact]
    public void An_address_brings_back_what_was_chosen()
    {
        var address = new TraceAddress(new Project(1, "shop"), "t", "s", "attributes")
        {
            Values = ValueChoices.None.WithForm("output", "sql").WithForm("message.0.1", "raw").WithPart("attributes.a~b", 3) with
            {
                Changed = "output",
            },
        };

        var read = TraceAddress.From(Query(address.Page), address.Project, "t", "s");

        Assert.Equal(address.Page, read.Page);
        Assert.Equal("sql", read.Values.FormOf("output"));
        Assert.Equal("raw", read.Values.FormOf("message.0.1"));
        Assert.Equal(3, read.Values.PartOf("attributes.a~b"));
        Assert.Equal("output", read.Values.Changed);
    }

    [Theory]
    [InlineData("?as=output~nonsense&part=output~-4&part=x&as=~sql&changed=")]
    [InlineData("?as&part=output~99999999999999999999")]
    [InlineData("")]
    public void Passes_over_what_makes_no_sense(string query) => Assert.Empty(ValueChoices.From(Query(query)).Query());

    private static QueryCollection Query(string address) =>
        new(QueryHelpers.ParseQuery(address.Contains('?') ? address[address.IndexOf('?')..] : ""));
}
