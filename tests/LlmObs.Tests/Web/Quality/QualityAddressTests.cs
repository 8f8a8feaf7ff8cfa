using LlmObs.Domain;
using LlmObs.Storage.Quality;
using LlmObs.Web.Quality;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Microsoft.Extensions.Time.Testing;

namespace LlmObs.Tests.Web.Quality;

public sealed class QualityAddressTests
{
    private static readonly Project Project = new(1, Project.DefaultName);
    private static readonly DateTimeOffset Now = new(2026, 3, 5, 6, 30, 15, 250, TimeSpan.Zero);

    [Fact]
    public void Today_is_the_readers_day_and_is_compared_with_the_same_hours_of_yesterday()
    {
        var address = Read("range=today&tz=Asia/Shanghai");

        var filter = address.Filter();
        Assert.Equal(new DateTimeOffset(2026, 3, 4, 16, 0, 0, TimeSpan.Zero), filter.From);
        Assert.Equal(new DateTimeOffset(2026, 3, 5, 6, 30, 15, TimeSpan.Zero), filter.To);
        Assert.Equal((filter.From.AddDays(-1), filter.To.AddDays(-1)), (address.Earlier(filter).From, address.Earlier(filter).To));
        Assert.Contains("range=today", address.Url, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_other_time_is_compared_with_as_long_a_time_right_before()
    {
        var address = Read("range=3d");

        var earlier = address.Earlier(address.Filter());
        Assert.Equal((address.Filter().From.AddDays(-3), address.Filter().From), (earlier.From, earlier.To));
    }

    [Theory]
    [InlineData("")]
    [InlineData("range=24h&service=copilot&measure=errors&by=step")]
    [InlineData("range=today&tz=Asia/Tokyo&without=release")]
    [InlineData("from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z&user=u1&without=environment")]
    public void The_list_behind_a_number_is_of_the_very_requests_it_was_counted_from(string query)
    {
        var page = Read(query);

        var list = Read(page.Requests(RequestPart.Failed).Split('?', 2)[1], Now.AddMinutes(7));

        Assert.Equal(page.Filter(), list.Filter());
    }

    [Fact]
    public void What_requests_do_not_say_is_a_condition_of_its_own()
    {
        var address = Read("without=release&without=user");

        Assert.Equal(("", "", null), (address.Filter().Release, address.Filter().User, address.Filter().Service));
        Assert.Equal(address.Filter(), Read(address.Url.Split('?', 2)[1]).Filter());
        Assert.Null(address.With("release", null).Filter().Release);
        Assert.Null(Read("release=").Filter().Release);
    }

    [Fact]
    public void A_day_of_a_trend_goes_no_further_than_the_time_it_is_part_of()
    {
        var address = Read("range=24h");
        var (from, to) = (address.Filter().From, address.Filter().To);

        var day = address.Within(from.AddHours(-6), from.AddHours(2)).Filter();

        Assert.Equal((from, from.AddHours(2)), (day.From, day.To));
        Assert.Equal(to, address.Within(from, to.AddDays(1)).Filter().To);
    }

    private static QualityAddress Read(string query, DateTimeOffset? now = null)
    {
        var context = new DefaultHttpContext
        {
            Request = { Query = new QueryCollection(new Dictionary<string, StringValues>(QueryHelpers.ParseQuery(query))) },
        };
        return QualityAddress.Read(
            context.Request.Query,
            Project,
            new ViewerZone(new HttpContextAccessor { HttpContext = context }, new FakeTimeProvider(now ?? Now))
        );
    }
}
