using System.Text.Json.Nodes;

namespace LlmObs.IntegrationTests.Sls.Emulator;

/// <summary>Statements that read logs as they were written: fields without an index, all of them text.</summary>
public sealed class ScanTests(ScanTests.Server server) : IClassFixture<ScanTests.Server>
{
    private const string Scan = "set session mode=scan;";

    [Theory]
    [InlineData("* |", "select service, count(*) as n from log group by service order by n desc, service", "service=api n=2; service=web n=1")]
    [InlineData("fail |", "select sum(cast(status as bigint)) as s, max(Service) as w from log", "s=1003 w=web")]
    [InlineData(
        "* |",
        "set session parallel_sql=true; select \"__tag__:host\" as h, __topic__ as t, 用户 as u order by u limit 1",
        "h=h1 t=chat u=张三"
    )]
    [InlineData(
        "* |",
        "select substr(status, 1, 1) as status_class, count(*) as c group by status_class order by c",
        "status_class=2 c=1; status_class=5 c=2"
    )]
    [InlineData("* |", "select note is null as missing, count(*) as c group by missing order by c", "missing=false c=1; missing=true c=2")]
    [InlineData(
        "fail |",
        "select * from log order by service",
        "__time__=1001 __topic__=chat __source__=10.0.0.7 __date__=1970-01-01 08:16:41.000 __tag__:host=h1 service=api status=500 用户=李四 msg=fail at once; "
            + "__time__=1002 __topic__=chat __source__=10.0.0.7 __date__=1970-01-01 08:16:42.000 __tag__:host=h1 service=web status=503 用户=null msg=will fail"
    )]
    [InlineData("* |", "select count(*) as c from (select * from log where note is null)", "c=2")]
    [InlineData("nothing_has_this |", "select * from log where status = '200'", "")]
    [InlineData("nothing_has_this |", "select count(*) as c", "c=0")]
    [InlineData("nothing_has_this |", "select service, count(*) as c from log where status = '200' group by service", "")]
    public async Task Finds(string search, string statement, string expected)
    {
        var rows = await server.Sls.RowsAsync($"{search} {Scan} {statement}");

        Assert.Equal(expected, string.Join("; ", rows.Select(row => string.Join(" ", row.Select(cell => $"{cell.Key}={cell.Value}")))));
    }

    [Theory]
    [InlineData("set session mode=scan; select *, nowhere from log", "ColumnNotExists")]
    [InlineData("set session mode=scan; select nowhere from log", "ColumnNotExists")]
    [InlineData("set session mode=scan; select status from log where status > 400", "explicit cast")]
    [InlineData("set session mode=index; select 1", "mode=index")]
    [InlineData("select service from log", "ColumnNotExists")]
    public async Task Refuses(string statement, string reason) =>
        Assert.Contains(reason, await server.Sls.RefusalAsync($"* | {statement}"), StringComparison.Ordinal);

    [Fact]
    public async Task Says_that_it_scanned()
    {
        var meta = (JsonObject)(await server.Sls.QueryAsync($"* | {Scan} select count(service) as n"))["meta"]!;

        Assert.Equal((3, true), ((int)meta["mode"]!, (bool)meta["isAccurate"]!));
        Assert.Equal("select count(service) as n", ((string)meta["aggQuery"]!).Replace(Scan, "", StringComparison.Ordinal).Trim());
        Assert.Equal(0, (int)(await server.Sls.QueryAsync("* | select count(*) as n"))["meta"]!["mode"]!);
    }

    /// <summary>Three logs, of whose fields only words are indexed.</summary>
    public sealed class Server : IAsyncLifetime
    {
        public TestSls Sls { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Sls = await TestSls.StartAsync();
            await Sls.CreateLogstoreAsync("""{"line":{"token":[" "],"chn":true}}""");
            await Sls.PutAsync(
                "chat",
                [("host", "h1")],
                new TestLog(1000, ("service", "api"), ("status", "200"), ("用户", "张三"), ("note", "")),
                new TestLog(1001, ("service", "api"), ("status", "500"), ("用户", "李四"), ("msg", "fail at once")),
                new TestLog(1002, ("service", "web"), ("status", "503"), ("msg", "will fail"))
            );
        }

        public ValueTask DisposeAsync() => Sls.DisposeAsync();
    }
}
