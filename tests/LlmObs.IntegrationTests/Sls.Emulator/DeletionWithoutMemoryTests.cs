using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using LlmObs.IntegrationTests.Support;

namespace LlmObs.IntegrationTests.Sls.Emulator;

/// <summary>A deletion that finds no memory is refused as a whole, in the way that clients repeat, and succeeds when there is some.</summary>
[Collection(WholeMachine.Name)]
public sealed class DeletionWithoutMemoryTests
{
    private const int Parts = 12;
    private const int LogsOfPart = 500;

    [Fact]
    public async Task Is_refused_as_a_whole_and_succeeds_later()
    {
        await using var sls = await StartAsync();
        var refused = new List<int>();
        for (var part = 0; part < Parts; part++)
        {
            using (MemoryHog.Fill(sls, leaveKb: part * 512))
            {
                using var response = await DeleteAsync(sls, part);
                if (!response.IsSuccessStatusCode)
                {
                    Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
                    Assert.Equal("ServerBusy", (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["errorCode"]);
                    refused.Add(part);
                }
            }
            await ExpectAsync(sls, refused.Concat(Enumerable.Range(part + 1, Parts - part - 1)));
        }
        Assert.NotEmpty(refused);

        foreach (var part in refused)
        {
            using var response = await DeleteAsync(sls, part);
            Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        }

        await ExpectAsync(sls, []);
    }

    private static Task<HttpResponseMessage> DeleteAsync(TestSls sls, int part) =>
        sls.SendAsync(
            HttpMethod.Post,
            "/logstores/logs/deletelogs",
            Encoding.UTF8.GetBytes($$"""{"from":0,"to":{{int.MaxValue}},"query":"part = {{part}}"}"""),
            "application/json"
        );

    /// <summary>By search and by statement.</summary>
    private static async Task ExpectAsync(TestSls sls, IEnumerable<int> parts)
    {
        var expected = parts.Order().ToList();
        var counts = await sls.RowsAsync("* | select part, count(*) as c, count(distinct n) as n from log group by part order by part");
        Assert.Equal(expected, counts.Select(row => int.Parse(row["part"], CultureInfo.InvariantCulture)));
        Assert.All(counts, row => Assert.Equal(($"{LogsOfPart}", $"{LogsOfPart}"), (row["c"], row["n"])));
        var found = await sls.ExpectOkAsync(HttpMethod.Get, $"/logstores/logs?type=histogram&from=0&to={int.MaxValue}&query=*");
        Assert.Equal(expected.Count * LogsOfPart, found!.AsArray().Sum(bucket => (int)bucket!["count"]!));
    }

    private static async Task<TestSls> StartAsync()
    {
        var sls = await TestSls.StartAsync(null, ("Emulator:MemoryMb", "64"), ("Emulator:SpillMb", "0"));
        await sls.ExpectOkAsync(HttpMethod.Post, "/", """{"projectName":"demo","description":""}""");
        await sls.ExpectOkAsync(HttpMethod.Post, "/logstores", """{"logstoreName":"logs","ttl":3650,"shardCount":1,"enableModify":true}""");
        await sls.ExpectOkAsync(
            HttpMethod.Post,
            "/logstores/logs/index",
            """{"keys":{"part":{"type":"long","doc_value":true},"n":{"type":"long","doc_value":true},"text":{"type":"text","doc_value":true}}}"""
        );
        foreach (var part in Enumerable.Range(0, Parts))
        {
            await sls.PutAsync([
                .. Enumerable
                    .Range(0, LogsOfPart)
                    .Select(n => new TestLog(1000 + n, ("part", $"{part}"), ("n", $"{n}"), ("text", new string((char)('a' + (n % 26)), 500)))),
            ]);
        }
        return sls;
    }
}
