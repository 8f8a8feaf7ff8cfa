using System.Text.Json.Nodes;
using LlmObs.Sls;

namespace LlmObs.IntegrationTests.Sls.Emulator;

public sealed class TimeRangeTests
{
    [Theory]
    [InlineData(0, 0, "a b")]
    [InlineData(1, 0, "b")]
    [InlineData(0, 1, "a b c")]
    [InlineData(500, 500, "b c")]
    [InlineData(501, 500, "c")]
    [InlineData(999_999_999, 501, "c d")]
    public async Task Is_bounded_to_the_nanosecond(int fromNs, int toNs, string expected)
    {
        await using var sls = await TestSls.StartAsync();
        await sls.CreateLogstoreAsync(SixLogs.Index);
        await sls.PutAsync(
            new TestLog(100, ("msg", "a")) { Nanos = 0 },
            new TestLog(100, ("msg", "b")) { Nanos = 500 },
            new TestLog(101, ("msg", "c")),
            new TestLog(101, ("msg", "d")) { Nanos = 500 }
        );

        using var page = await sls.SendAsync(HttpMethod.Get, $"/logstores/logs?type=log&from=100&to=101&fromNs={fromNs}&toNs={toNs}&query=*");
        using var histogram = await sls.SendAsync(
            HttpMethod.Get,
            $"/logstores/logs?type=histogram&from=100&to=101&fromNs={fromNs}&toNs={toNs}&query=*"
        );
        using var count = await sls.SendAsync(
            HttpMethod.Get,
            $"/logstores/logs?type=log&from=100&to=101&fromNs={fromNs}&toNs={toNs}&query={Uri.EscapeDataString("* | select count(*) as n")}"
        );

        Assert.Equal(expected, string.Join(' ', (await RowsAsync(page)).Select(row => (string?)row!["msg"])));
        Assert.Equal(expected.Split(' ').Length, (await RowsAsync(histogram)).Sum(part => (int)part!["count"]!));
        Assert.Equal($"{expected.Split(' ').Length}", (string?)(await RowsAsync(count))[0]!["n"]);
        using var http = SlsClient.CreateHttp();
        foreach (var byGet in (bool[])[false, true])
        {
            var options = SlsOptions.Parse($"Endpoint={sls.Address};Project=demo;AccessKeyId=local;AccessKeySecret=local");
            var client = new SlsClient(options with { QueriesByGet = byGet }, http);
            var query = new SlsQuery("*", 100, 101, Reverse: false) { FromNs = fromNs, ToNs = toNs };

            var found = await client.GetLogsAsync("logs", query, TestContext.Current.CancellationToken);

            Assert.Equal(expected, string.Join(' ', found.Rows.Select(row => row["msg"])));
        }
    }

    [Fact]
    public async Task Refuses_nanoseconds_that_are_none()
    {
        await using var sls = await TestSls.StartAsync();
        await sls.CreateLogstoreAsync(SixLogs.Index);

        using var answer = await sls.SendAsync(HttpMethod.Get, "/logstores/logs?type=log&from=100&to=101&fromNs=1000000000&query=*");

        Assert.Contains(
            "fromNs is 1000000000",
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    private static async Task<JsonArray> RowsAsync(HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!.AsArray();
}
