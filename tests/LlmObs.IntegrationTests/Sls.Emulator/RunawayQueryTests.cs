namespace LlmObs.IntegrationTests.Sls.Emulator;

/// <summary>A query that would take all time or memory is refused, and those beside it are answered.</summary>
public sealed class RunawayQueryTests
{
    [Theory]
    [InlineData(
        "select sum(a.status * b.status + c.status * d.status) as s from log a cross join log b cross join log c cross join log d",
        "QueryTimeout"
    )]
    [InlineData("select max(length(lpad('x', 2000000000, 'y'))) as n from log", "padded to 0 to 100000 characters")]
    [InlineData("select sequence(1, 2000000000) as s from log", "more than 10000 entries")]
    public async Task Is_refused_while_others_are_answered(string statement, string reason)
    {
        await using var sls = await TestSls.StartAsync(null, ("Emulator:QueryTimeoutSeconds", "5"));
        await sls.CreateLogstoreAsync(SixLogs.Index);
        await sls.PutAsync([.. Enumerable.Range(0, 2000).Select(i => new TestLog(1000 + i, ("msg", $"word{i}"), ("status", $"{i}")))]);

        var runaway = sls.RefusalAsync($"* | {statement}");
        do
        {
            Assert.Single(await sls.RowsAsync("word7"));
            Assert.Equal("2000", Assert.Single(await sls.RowsAsync("* | select count(status) as n"))["n"]);
            await sls.PutAsync(new TestLog(900, ("msg", "meanwhile")));
        } while (!runaway.IsCompleted);

        Assert.Contains(reason, await runaway, StringComparison.Ordinal);
    }
}
