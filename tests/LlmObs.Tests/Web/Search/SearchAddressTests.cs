using LlmObs.Domain;
using LlmObs.Storage.Reading;
using LlmObs.Web.Search;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace LlmObs.Tests.Web.Search;

public sealed class SearchAddressTests
{
    private static readonly Project Default = new(1, Project.DefaultName);
    private static readonly Project Shop = new(2, "shop");

    [Theory]
    [InlineData("/")]
    [InlineData("/?q=status%3A%20error")]
    [InlineData("/?q=%E9%80%80%E6%AC%BE&range=7d&view=spans")]
    [InlineData("/?q=x&from=2025-10-13T20%3A30%3A00Z&to=2025-10-14T20%3A30%3A00.5Z&cursor=a%2Bb")]
    [InlineData("/?tz=Asia%2FShanghai")]
    [InlineData("/?view=sessions&live=1")]
    [InlineData("/?group=model&by=p95&cols=duration,model&facets=tags,release")]
    [InlineData("/?q=x&saved=5f2b6a52-59a5-4f2e-9a70-a5fd3c9b7a41")]
    public void What_is_read_is_written_again(string url) => Assert.Equal(url, Read(url, Default).Url);

    [Fact]
    public void The_project_is_in_the_address_unless_it_is_the_default() => Assert.Equal("/?project=shop&q=x", Read("/?q=x", Shop).Url);

    [Fact]
    public void A_new_question_starts_on_its_first_page()
    {
        var second = Read("/?q=x&cursor=abc", Default);

        Assert.Equal("abc", second.Cursor);
        Assert.DoesNotContain("cursor", second.Toggling("status", "error").Url, StringComparison.Ordinal);
        Assert.DoesNotContain("cursor", second.Over(new("1h")).Url, StringComparison.Ordinal);
        Assert.DoesNotContain("cursor", second.As(SearchView.Spans).Url, StringComparison.Ordinal);
    }

    [Fact]
    public void Older_and_newest_change_nothing_but_the_page()
    {
        var first = Read("/?q=x&range=7d", Default);

        Assert.Equal("/?q=x&range=7d&cursor=1760423527.9_4bf9", first.At("1760423527.9_4bf9").Url);
        Assert.Equal(first.Url, first.At("1760423527.9_4bf9").At(null).Url);
    }

    [Fact]
    public void A_forms_local_times_ask_for_an_address_that_can_be_shared()
    {
        var typed = Read("/?q=&from=2025-10-14T04%3A30&to=2025-10-14T07%3A45", Default);

        Assert.True(typed.NeedsRewriting);
        Assert.False(Read(typed.Url, Default).NeedsRewriting);
    }

    [Fact]
    public void A_form_carries_everything_along_but_its_own_fields_and_the_page()
    {
        var address = Read("/?q=x&range=7d&view=spans&tz=UTC&how=dify&cursor=abc", Shop);

        Assert.Equal([("range", "7d"), ("view", "spans"), ("tz", "UTC"), ("project", "shop")], address.KeptBesides("q"));
        Assert.Equal([("q", "x"), ("view", "spans"), ("tz", "UTC"), ("project", "shop")], address.KeptBesides("range", "from", "to"));
    }

    [Theory]
    [InlineData("/?group=input")]
    [InlineData("/?group=nonsense")]
    [InlineData("/?by=nonsense")]
    [InlineData("/?view=7")]
    [InlineData("/?facets=input,nonsense")]
    [InlineData("/?saved=nonsense")]
    public void What_cannot_be_is_left_out(string url) => Assert.Equal("/", Read(url, Default).Url);

    [Fact]
    public void A_saved_view_keeps_the_question_and_how_it_is_shown_but_not_the_place()
    {
        var address = Read("/?q=x&range=7d&view=spans&cols=model&facets=tags&live=1&cursor=abc&tz=UTC", Shop);

        Assert.Equal("q=x&range=7d&view=spans&cols=model", address.State);
        Assert.Equal(address.State, SearchAddress.OfState(address.State, Shop, Zone).State);
        Assert.NotEqual(address.State, address.Toggling("status", "error").State);
    }

    [Fact]
    public void Columns_come_in_the_order_of_the_address_and_unknown_ones_are_left_out()
    {
        var address = Read("/?cols=model,nonsense,duration,model", Default);

        Assert.Equal(["model", "duration"], ResultColumn.Chosen(address).Select(column => column.Key));
        Assert.Equal(["duration", "tokens", "cost", "user"], ResultColumn.Chosen(Read("/?cols=nonsense", Default)).Select(column => column.Key));
    }

    [Fact]
    public void The_usual_columns_are_not_in_the_address() =>
        Assert.Equal("/", ResultColumn.Showing(Read("/?cols=model", Default), ResultColumn.Usual(SearchView.Requests)).Url);

    [Fact]
    public void A_line_break_in_a_pasted_query_is_a_blank() => Assert.Equal("a  b", Read("/?q=a%0D%0A%20b", Default).Query);

    [Theory]
    [InlineData(IdKind.Trace, 1, "/traces/id?project=shop")]
    [InlineData(IdKind.Span, 1, "/traces/t0?project=shop&span=id")]
    [InlineData(IdKind.Request, 1, "/traces/t0?project=shop")]
    [InlineData(IdKind.Request, 2, "/?project=shop&q=request%3A%20id&range=30d")]
    [InlineData(IdKind.Session, 1, "/sessions/id?project=shop")]
    [InlineData(IdKind.User, 3, "/users/id?project=shop")]
    public void A_pasted_id_leads_to_what_it_names(IdKind kind, int traces, string expected)
    {
        var match = new IdMatch(kind, "id", [.. Enumerable.Range(0, traces).Select(i => $"t{i}")]);

        Assert.Equal(expected, IdJump.Target(Read("/?q=id", Shop), match));
    }

    private static ViewerZone Zone => new(new HttpContextAccessor(), TimeProvider.System);

    private static SearchAddress Read(string url, Project project) =>
        SearchAddress.Read(new QueryCollection(QueryHelpers.ParseQuery(new Uri("http://localhost" + url).Query)), project, Zone);
}
