using System.Globalization;
using LlmObs.IntegrationTests.Support;

namespace LlmObs.IntegrationTests.Sls.Emulator;

/// <summary>A query that would take all time or memory is refused, and those beside it are answered.</summary>
[Collection(WholeMachine.Name)]
public sealed class RunawayQueryTests
{
    private const string Cube = "from log a cross join log b cross join log c";

    [Theory]
    [InlineData("select max(length(lpad('x', 2000000000, 'y'))) as n from log", "padded to 0 to 10000 characters")]
    [InlineData("select sequence(1, 2000000000) as s from log", "more than 10000 entries")]
    public async Task Is_refused_by_name(string statement, string reason)
    {
        await using var sls = await StartAsync(seconds: "300");

        Assert.Contains(reason, await sls.RefusalAsync($"* | {statement}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(24)]
    [InlineData(300)]
    public async Task Is_refused_when_its_functions_would_be_written_out_without_end(int depth)
    {
        await using var sls = await StartAsync(seconds: "300");
        var nested = Enumerable.Range(0, depth).Aggregate("msg", (text, _) => $"json_extract({text}, '$.a')");

        Assert.Contains("nests functions too deeply", await sls.RefusalAsync($"* | select {nested} as m from log"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Functions_of_texts_within_each_other_are_no_runaway()
    {
        await using var sls = await StartAsync(seconds: "300");
        var nested = Enumerable
            .Range(0, 11)
            .Aggregate("msg", (text, i) => $"regexp_replace(replace({text}, {(i % 2 == 0 ? "'o', '0'" : "'0', 'o'")}), '^w', 'w')");

        Assert.Equal("w0rd7", Assert.Single(await sls.RowsAsync($"word7 | select {nested} as m from log"))["m"]);
    }

    [Theory]
    [InlineData(" || ", "'x'", "50")]
    [InlineData(" / ", "length(msg)", "0")]
    [InlineData(" + ", "1", "50")]
    public async Task Many_operands_are_no_runaway(string operation, string operand, string expected)
    {
        await using var sls = await StartAsync(seconds: "300");
        var expression = string.Join(operation, Enumerable.Repeat(operand, 50));
        var value = operation == " || " ? $"length({expression})" : expression;

        Assert.Equal(expected, Assert.Single(await sls.RowsAsync($"word7 | select {value} as n from log"))["n"]);
    }

    [Theory]
    [InlineData("length(replace(lpad(msg, 1000, 'o'), 'o', lpad(msg, 1000, 'x')))")]
    [InlineData(
        "length(regexp_replace(lpad(msg, 10000, 'o'), 'o', '$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0'))"
    )]
    [InlineData("length(array_join(transform(sequence(1, 10000), i -> lpad(msg, 10000, cast(i as varchar))), ''))")]
    [InlineData("cardinality(flatten(transform(sequence(1, 10000), i -> sequence(i, i + 9999))))")]
    [InlineData("length(lpad(msg, 10000, 'a') || x || x || x || x || x)")]
    [InlineData("cardinality(split(x, ''))")]
    public async Task Holds_little_memory_for_the_values_of_many_rows_at_once(string value)
    {
        await using var sls = await StartAsync();
        var x = string.Join(" || ", Enumerable.Repeat("lpad(msg, 10000, 'x')", 20));
        var before = MemoryBytes();
        var peak = before;

        var refused = sls.RefusalAsync($"* | select max({value}) as n from (select msg, {x} as x from log)");
        while (!refused.IsCompleted)
        {
            await Task.WhenAny(refused, Task.Delay(5, TestContext.Current.CancellationToken));
            peak = Math.Max(peak, MemoryBytes());
        }

        Assert.Matches("QueryTimeout|OutofMemoryError", await refused);
        Assert.InRange(peak - before, 0, 2_000_000_000);
    }

    [Fact]
    public Task Crowds_out_nobody_with_values_that_the_engine_does_not_count() =>
        AreCutWhileOthersAreAnsweredAsync(
            $"select approx_percentile(a.status * b.status + c.status, 0.9) as p {Cube}",
            $"select histogram(a.msg || b.msg || c.msg) as m {Cube}",
            $"select max(length(lpad(a.msg, 10000, b.msg) || lpad(b.msg, 10000, c.msg))) as n {Cube}"
        );

    [Fact]
    public Task Crowds_out_nobody_with_time_windows_and_groups() =>
        AreCutWhileOthersAreAnsweredAsync(
            $"select sum(a.status * b.status + c.status * d.status) as s {Cube} cross join log d",
            $"select a.msg, sum(b.status) over (partition by a.msg order by b.status) as s {Cube} order by s",
            $"select a.msg || b.msg || c.msg as m, count(*) as n {Cube} group by m"
        );

    [Fact]
    public Task Crowds_out_nobody_with_lists_sorts_and_distinct_values() =>
        AreCutWhileOthersAreAnsweredAsync(
            "select array_agg(lpad(a.msg, 10000, b.msg)) as m from log a cross join log b",
            $"select lpad(a.msg, 10000, 'x') || b.msg as m {Cube} order by m",
            $"select count(distinct a.msg || b.msg || c.msg) as n {Cube}"
        );

    /// <summary>Of those beside it none fails: a search, writes, a small statement and one over what a search found.</summary>
    private static async Task AreCutWhileOthersAreAnsweredAsync(params string[] statements)
    {
        await using var sls = await StartAsync();

        var runaways = Task.WhenAll(statements.Select(statement => sls.RefusalAsync($"* | {statement}")));
        await Task.WhenAll(
            MeanwhileAsync(async () => Assert.Single(await sls.RowsAsync("word7"))),
            MeanwhileAsync(async () => await sls.PutAsync(new TestLog(900, ("msg", new string('m', 10_000))))),
            MeanwhileAsync(async () => Assert.Equal("2000", Assert.Single(await sls.RowsAsync("* | select count(status) as n"))["n"])),
            MeanwhileAsync(async () =>
                Assert.Equal(
                    10,
                    (await sls.RowsAsync("word* | select status % 10 as k, approx_percentile(status, 0.5) as p from log group by 1 order by 2")).Count
                )
            )
        );

        Assert.All(await runaways, refusal => Assert.Matches("QueryTimeout|OutofMemoryError", refusal));

        async Task MeanwhileAsync(Func<Task> work)
        {
            do
            {
                await work();
            } while (!runaways.IsCompleted);
        }
    }

    /// <summary>What the process holds beside pages of files.</summary>
    private static long MemoryBytes()
    {
        var pages = File.ReadAllText("/proc/self/statm").Split(' ').Select(text => long.Parse(text, CultureInfo.InvariantCulture)).ToList();
        return (pages[1] - pages[2]) * Environment.SystemPageSize;
    }

    private static async Task<TestSls> StartAsync(string seconds = "5")
    {
        var sls = await TestSls.StartAsync(null, ("Emulator:QueryTimeoutSeconds", seconds));
        await sls.CreateLogstoreAsync(SixLogs.Index);
        await sls.PutAsync([
            .. Enumerable
                .Range(0, 2000)
                .Select(i => new TestLog(1000 + i, ("msg", $"word{i}"), ("status", i.ToString(CultureInfo.InvariantCulture)))),
        ]);
        return sls;
    }
}
