using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using LlmObs.IntegrationTests.Support;

namespace LlmObs.IntegrationTests.Sls.Emulator;

/// <summary>A full disk refuses writes in the way that clients repeat, and hurts nothing that is stored.</summary>
public sealed class DiskFullTests
{
    [Theory]
    [InlineData("16")]
    // More than any disk has.
    [InlineData("1073741824")]
    public async Task Refuses_writes_and_goes_on_reading(string minFreeMb)
    {
        using var disk = minFreeMb == "16" ? SmallDisk.Mount(megabytes: 48) : null;
        var directory = Path.Combine(disk?.Path ?? Directory.CreateTempSubdirectory("sls").FullName, "data");
        var acknowledged = 0;
        await using (var sls = await TestSls.StartAsync(directory, ("Emulator:MinFreeDiskMb", minFreeMb)))
        {
            await sls.CreateLogstoreAsync(SixLogs.Index);
            while (await WriteAsync(sls, acknowledged) is { } refusal ? Expect(refusal) : true)
            {
                acknowledged++;
                Assert.True(acknowledged < 5000, "a disk of 48 MB never became full");
            }
            await ExpectCountAsync(sls, acknowledged);
            if (disk is not null)
            {
                // Something else takes what was kept free: now the writes themselves would fail.
                disk.FillUp();
                Assert.NotNull(await WriteAsync(sls, acknowledged));
                await ExpectCountAsync(sls, acknowledged);
                disk.Free();
            }
        }
        await using (var restarted = await TestSls.StartAsync(directory, ("Emulator:MinFreeDiskMb", minFreeMb)))
        {
            await ExpectCountAsync(restarted, acknowledged);
        }
        Assert.True(minFreeMb != "16" || acknowledged > 20, $"only {acknowledged} writes fitted");
    }

    private static bool Expect(JsonNode refusal)
    {
        Assert.Equal("ServerBusy", (string?)refusal["errorCode"]);
        return false;
    }

    private static async Task<JsonNode?> WriteAsync(TestSls sls, int number)
    {
        var random = new byte[60_000];
        new Random(number).NextBytes(random);
        var body = TestLog.Encode([new TestLog(1000, ("msg", $"n{number} {Convert.ToBase64String(random)}"))], "", "", []);
        using var response = await sls.SendAsync(HttpMethod.Post, "/logstores/logs/shards/lb", body, "application/x-protobuf");
        if (response.IsSuccessStatusCode)
        {
            return null;
        }
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync());
    }

    private static async Task ExpectCountAsync(TestSls sls, int acknowledged)
    {
        var counts = Assert.Single(await sls.RowsAsync("* | select count(*) as n, count(distinct msg) as d from log"));
        Assert.Equal(
            (acknowledged, acknowledged),
            (int.Parse(counts["n"], CultureInfo.InvariantCulture), int.Parse(counts["d"], CultureInfo.InvariantCulture))
        );
    }
}
