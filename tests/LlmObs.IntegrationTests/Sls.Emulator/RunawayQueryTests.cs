namespace LlmObs.IntegrationTests.Sls.Emulator;

/// <summary>A query that would never end is cut, and those beside it are answered.</summary>
public sealed class RunawayQueryTests
{
    [Fact]
    public async Task Is_cut_while_others_are_answered()
    {
        await using var sls = await TestSls.StartAsync(null, ("Emulator:QueryTimeoutSeconds", "2"));
        await sls.CreateLogstoreAsync(SixLogs.Index);
        await sls.PutAsync([.. Enumerable.Range(0, 2000).Select(i => new TestLog(1000 + i, ("msg", $"word{i}"), ("status", $"{i}")))]);

        var runaway = sls.RefusalAsync(
            "* | select sum(a.status * b.status + c.status * d.status) as s from log a cross join log b cross join log c cross join log d"
        );
        var answered = 0;
        while (!runaway.IsCompleted)
        {
            Assert.Single(await sls.RowsAsync("word7"));
            Assert.Equal("2000", Assert.Single(await sls.RowsAsync("* | select count(*) as n"))["n"]);
            answered++;
        }

        Assert.Contains("QueryTimeout", await runaway, StringComparison.Ordinal);
        Assert.NotEqual(0, answered);
    }
}
